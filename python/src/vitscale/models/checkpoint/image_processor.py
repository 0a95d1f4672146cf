"""Converts the image processor of a checkpoint to one class with all settings explicit.

Hub checkpoints of a ViT carry processors of many classes (ViT, DeiT, BEiT, CLIP, BiT, ConvNeXT, ...).
Transformers itself makes them here; what it does is then written as the settings of its plainest class,
`ViTImageProcessor`, which takes the same steps.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from transformers import AutoImageProcessor
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from vitscale.errors import ModelError
from vitscale.models.checkpoint.processor_settings import plain_settings
from vitscale.models.checkpoint.vit_config import CHANNELS
from vitscale.models.json_file import read_object, shown
from vitscale.system.error_text import first_sentence

PREPROCESSOR = "preprocessor_config.json"
NESTED = "processor_config.json"
_STEPS = ("_preprocess", "process_image", "resize", "center_crop", "rescale", "normalize")
_OWN_STEPS = ("BeitImageProcessorPil", "ConvNextImageProcessorPil")
"""Classes with their own but equivalent steps: BEiT's differ for segmentation maps only."""
_PROBES = ((61, 47), (40, 90), (33, 33))


def load_processor(folder: Path, name: str) -> ViTImageProcessorPil:
    """Return a `ViTImageProcessor` that is equivalent to the checkpoint's image processor.

    Parameters
    ----------
    folder : Path
        Folder with `preprocessor_config.json`, or `processor_config.json` with `image_processor`.
    name : str
        The checkpoint, for messages.

    Raises
    ------
    ModelError
        If the file is missing, has an unsupported setting, or gives images of different sizes; the message
        names the field.
    """
    settings, file = _settings(folder, name)
    where = f"{file} of {name}"
    theirs = _theirs(settings, where)
    ours = ViTImageProcessorPil(**plain_settings(theirs, where))
    _refuse_other_pixels(theirs, ours, where)
    return ours


def settings_of(processor: ViTImageProcessorPil) -> dict[str, Any]:
    """Return the settings of a processor that `load_processor` returned, as `preprocessor_config.json`."""
    return plain_settings(processor, PREPROCESSOR)


def _settings(folder: Path, name: str) -> tuple[dict[str, Any], str]:
    """Return the settings and their file; a nested one has priority, as in Transformers."""
    if (folder / NESTED).is_file():
        nested = read_object(folder / NESTED).get("image_processor")
        if isinstance(nested, dict):
            return nested, NESTED
    if (folder / PREPROCESSOR).is_file():
        return read_object(folder / PREPROCESSOR), PREPROCESSOR
    raise ModelError(
        f"{name} has no {PREPROCESSOR}, which says how images are resized and normalised. Save that of the "
        "model it was fine-tuned from beside the weights: AutoImageProcessor.from_pretrained(BASE)"
        ".save_pretrained(FOLDER)."
    )


def _theirs(settings: dict[str, Any], where: str) -> Any:
    """Return Transformers' processor for the settings, with its PIL backend and without code of the model."""
    usable = {key: value for key, value in settings.items() if key != "auto_map"}
    factory: Any = AutoImageProcessor
    try:
        with tempfile.TemporaryDirectory() as alone:
            Path(alone, "config.json").write_text(json.dumps({"model_type": "vit"}))
            Path(alone, PREPROCESSOR).write_text(json.dumps(usable))
            made = factory.from_pretrained(alone, backend="pil", trust_remote_code=False)
    except Exception as error:  # many classes, also for a wrong type of a field
        kind = usable.get("image_processor_type", usable.get("feature_extractor_type"))
        raise ModelError(
            f"Transformers refuses {where} (image_processor_type {shown(kind)}): "
            f"{first_sentence(error).replace(alone, where)} Correct the file."
        ) from error
    kind = type(made).__name__
    plain = all(getattr(made, step, None) is not None for step in _STEPS) and all(
        getattr(type(made), step) is getattr(ViTImageProcessorPil, step) for step in _STEPS
    )
    if not plain and kind not in _OWN_STEPS:
        raise ModelError(
            f"image_processor_type in {where} is {kind.removesuffix('Pil')}, which prepares images in a "
            "way of its own; expected one that resizes, crops, rescales and normalises, such as "
            "ViTImageProcessor."
        )
    return made


def _refuse_other_pixels(theirs: Any, ours: ViTImageProcessorPil, where: str) -> None:
    """Compare both processors on noise of several shapes."""
    noise = np.random.default_rng(0)
    for width, height in _PROBES:
        image = Image.fromarray(noise.integers(256, size=(height, width, CHANNELS), dtype=np.uint8))
        try:
            expected = np.asarray(theirs(image, return_tensors="np")["pixel_values"])
        except Exception as error:
            raise ModelError(
                f"Transformers cannot prepare an image with {where}: {first_sentence(error)} Correct the "
                "file."
            ) from error
        found = np.asarray(ours(image, return_tensors="np")["pixel_values"])
        if not np.array_equal(expected, found):
            raise ModelError(
                f"{where} gives other pixels than the same settings of ViTImageProcessor. Please report "
                "this, with the file."
            )
