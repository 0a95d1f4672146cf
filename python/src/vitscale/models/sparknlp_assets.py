"""The files beside a graph that Spark NLP's `ViTForImageClassification.loadSavedModel` reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers.image_processing_utils import BaseImageProcessor

from vitscale.models import record


def write_assets(folder: Path, labels: Sequence[str], processor: BaseImageProcessor) -> None:
    """Write `assets/labels.json` and `assets/preprocessor_config.json` beside a graph.

    Parameters
    ----------
    folder : Path
        Gets the folder `assets`.
    labels : sequence of str
        Label texts by class number.
    processor : BaseImageProcessor
        Whose settings Spark NLP shall use.
    """
    assets = folder / "assets"
    assets.mkdir(exist_ok=True)  # TensorFlow makes one
    numbers = {label: number for number, label in enumerate(unique_labels(labels))}
    _write(assets / record.LABELS, numbers)
    _write(assets / record.PREPROCESSOR, preprocessor_config(processor))


def unique_labels(labels: Sequence[str]) -> list[str]:
    """Tell apart the classes that share a text: ImageNet has two called "crane", a bird and a machine.

    Spark NLP's labels.json is keyed by text, so of two equal ones it would lose the first. All but the first
    class of a text get their number in brackets: "crane", "crane (517)".
    """
    unique: dict[str, None] = {}
    for number, label in enumerate(labels):
        text = label
        while text in unique or (text != label and text in labels):
            text = f"{text} ({number})"
        unique[text] = None
    return list(unique)


def preprocessor_config(processor: BaseImageProcessor) -> dict[str, Any]:
    """Return the settings in the form that Spark NLP 5.5.3 parses (its class `PreprocessorConfig`).

    All fields but `do_rescale`, `rescale_factor` and `crop_pct` are required there; a size with unequal sides
    is refused.
    """
    settings = processor.to_dict()
    size = settings["size"]
    return {
        "do_normalize": bool(settings["do_normalize"]),
        "do_resize": bool(settings["do_resize"]),
        "do_rescale": bool(settings["do_rescale"]),
        "image_processor_type": "ViTImageProcessor",
        "image_mean": [float(mean) for mean in settings["image_mean"]],
        "image_std": [float(deviation) for deviation in settings["image_std"]],
        "resample": int(settings["resample"]),
        "rescale_factor": float(settings["rescale_factor"]),
        "size": {name: int(pixels) for name, pixels in dict(size).items() if pixels is not None},
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
