"""Converts the image processor of a checkpoint to few classes with all settings explicit.

Checkpoints of the hub carry processors of many classes (ViT, DeiT, BEiT, CLIP, BiT, ConvNeXT, ...).
Transformers itself makes them here; what it does is then written as the settings of the plainest class that
takes the same steps.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from transformers import AutoImageProcessor
from transformers.image_processing_backends import PilBackend
from transformers.models.efficientnet.image_processing_pil_efficientnet import EfficientNetImageProcessorPil
from transformers.models.mobilevit.image_processing_pil_mobilevit import MobileViTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from vitscale.errors import ModelError
from vitscale.models.checkpoint.kinds import CHANNELS
from vitscale.models.checkpoint.processor_settings import FLIPPED, OFFSET, PLAIN, TIMM, plain_settings
from vitscale.models.checkpoint.timm_steps import TimmWrapperImageProcessorPil
from vitscale.models.json_file import read_object, shown
from vitscale.system.error_text import first_sentence
from vitscale.system.model_files import CONFIG, PREPROCESSOR

NESTED = "processor_config.json"
_STEPS = ("_preprocess", "process_image", "resize", "center_crop", "rescale", "normalize")
_OWN_STEPS = (
    "BeitImageProcessorPil",
    "ConvNextImageProcessorPil",
    "EfficientNetImageProcessorPil",
    "LevitImageProcessorPil",
    "MobileNetV2ImageProcessorPil",
    "MobileViTImageProcessorPil",
    "PoolFormerImageProcessorPil",
    "SegformerImageProcessorPil",
)
"""Classes with steps of their own that have an equivalent here; some differ for segmentation maps only."""
_CLASSES: dict[str, Any] = {
    PLAIN: ViTImageProcessorPil,
    OFFSET: EfficientNetImageProcessorPil,
    FLIPPED: MobileViTImageProcessorPil,
    TIMM: TimmWrapperImageProcessorPil,
}
_PROBES = ((61, 47), (40, 90), (33, 33))


def load_processor(folder: Path, name: str, model_type: str = "vit") -> PilBackend:
    """Return a processor with explicit settings that is equivalent to the checkpoint's image processor.

    Parameters
    ----------
    folder : Path
        Folder with `preprocessor_config.json`, or `processor_config.json` with `image_processor`.
    name : str
        The checkpoint, for messages.
    model_type : str
        Its family, whose default class counts if the file names none.

    Raises
    ------
    ModelError
        If the file is missing, has an unsupported setting, or gives images of different sizes; the message
        names the field.
    """
    settings, file = _settings(folder, name)
    where = f"{file} of {name}"
    theirs = _theirs(settings, where, model_type)
    ours = processor_of(plain_settings(theirs, where))
    refuse_other_pixels(lambda image: theirs(image, return_tensors="np")["pixel_values"], ours, where)
    return ours


def processor_of(plain: dict[str, Any]) -> PilBackend:
    """Return the processor with explicit settings, see `plain_settings`."""
    made: PilBackend = _CLASSES[plain["image_processor_type"]](**plain)
    return made


def refuse_other_pixels(theirs: Callable[[Image.Image], Any], ours: PilBackend, where: str) -> None:
    """Compare a processor with that of a checkpoint on noise of several shapes.

    Parameters
    ----------
    theirs : callable
        Returns the normalised pixels of an image, float32 [1, 3, height, width].
    ours : PilBackend
        The processor of `processor_of`.
    where : str
        Name of the file with the settings, for messages.

    Raises
    ------
    ModelError
        If an image cannot be prepared, or a pixel differs.
    """
    noise = np.random.default_rng(0)
    for width, height in _PROBES:
        image = Image.fromarray(noise.integers(256, size=(height, width, CHANNELS), dtype=np.uint8))
        try:
            expected = np.asarray(theirs(image))
        except Exception as error:
            raise ModelError(
                f"Transformers cannot prepare an image with {where}: {first_sentence(error)} Correct the "
                "file."
            ) from error
        found = np.asarray(ours(image, return_tensors="np")["pixel_values"])
        if not np.array_equal(expected, found):
            raise ModelError(
                f"{where} gives other pixels than the settings that ViTScale makes of it. Please report "
                "this, with the file."
            )


def settings_of(processor: PilBackend) -> dict[str, Any]:
    """Return the settings of a processor that `load_processor` returned, as `preprocessor_config.json`."""
    return plain_settings(processor, PREPROCESSOR)


def size_of(processor: PilBackend) -> tuple[int, int]:
    """Return height and width of the images that a processor of `load_processor` makes."""
    settings = settings_of(processor)
    size = settings["crop_size"] if settings["do_center_crop"] else settings["size"]
    return size["height"], size["width"]


def resized_only(processor: PilBackend, images: Any) -> NDArray[np.uint8]:
    """Return resized and cropped RGB images, without the steps after that: [n, height, width, 3]."""
    off: dict[str, Any] = {"do_rescale": False, "do_normalize": False}
    off |= {step: False for step in ("do_flip_channel_order", "include_top") if hasattr(processor, step)}
    pixels = processor(images, **off, return_tensors="np")["pixel_values"]
    return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1).astype(np.uint8))


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


def _theirs(settings: dict[str, Any], where: str, model_type: str) -> Any:
    """Return Transformers' processor for the settings, with its PIL backend and without code of the model."""
    usable = {key: value for key, value in settings.items() if key != "auto_map"}
    factory: Any = AutoImageProcessor
    try:
        with tempfile.TemporaryDirectory() as alone:
            Path(alone, CONFIG).write_text(json.dumps({"model_type": model_type}))
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
