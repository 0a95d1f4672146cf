"""Files beside a graph for Spark NLP's `ViTForImageClassification.loadSavedModel`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from vitscale.models.checkpoint.image_processor import settings_of
from vitscale.models.checkpoint.kinds import CHANNELS
from vitscale.system import model_files


def write_assets(folder: Path, labels: Sequence[str], processor: ViTImageProcessorPil) -> None:
    """Write `assets/labels.json` and `assets/preprocessor_config.json` beside a graph.

    Parameters
    ----------
    folder : Path
        Folder of the graph, in which `assets` is created.
    labels : sequence of str
        Label texts by class number.
    processor : ViTImageProcessorPil
        Image processor with the settings for Spark NLP.
    """
    assets = folder / "assets"
    assets.mkdir(exist_ok=True)  # TensorFlow creates one, too
    numbers = {label: number for number, label in enumerate(unique_labels(labels))}
    _write(assets / model_files.LABELS, numbers)
    _write(assets / model_files.PREPROCESSOR, preprocessor_config(processor))


def unique_labels(labels: Sequence[str]) -> list[str]:
    """Return unique label texts: ImageNet has two classes named "crane", a bird and a machine.

    Spark NLP's labels.json is keyed by text, so of two equal ones it would lose the first. All classes of a
    text but the first get their number in brackets: "crane", "crane (517)".
    """
    unique: dict[str, None] = {}
    for number, label in enumerate(labels):
        text = label
        while text in unique or (text != label and text in labels):
            text = f"{text} ({number})"
        unique[text] = None
    return list(unique)


def preprocessor_config(processor: ViTImageProcessorPil) -> dict[str, Any]:
    """Return the settings in the form that Spark NLP 5.5.3 parses (its class `PreprocessorConfig`).

    All fields except `do_rescale`, `rescale_factor` and `crop_pct` are required, so a step that is off has
    neutral settings. Spark NLP rejects a size with unequal sides. It does not crop: for a model with a crop,
    ViTScale reads the crop from here, and Spark NLP's own annotator has other pixels.
    """
    settings = {**_UNUSED, **settings_of(processor)}
    if not settings["do_center_crop"]:
        del settings["do_center_crop"]
    return settings


_UNUSED: dict[str, Any] = {
    "size": {"height": 224, "width": 224},
    "resample": 2,
    "rescale_factor": 1 / 255,
    "image_mean": [0.0] * CHANNELS,
    "image_std": [1.0] * CHANNELS,
}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
