"""Converts the image processor of a checkpoint to one class with all settings explicit.

Hub checkpoints of a ViT have processors of many classes (ViT, DeiT, BEiT, CLIP, BiT, ConvNeXT, ...) whose
settings have many forms: one number for three, lists, `null` for the class's default. Transformers itself
resolves them here. The result is written as settings of its simplest class, `ViTImageProcessor`, which does
the same steps.
"""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from transformers import AutoImageProcessor
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from vitscale.errors import ModelError
from vitscale.models.checkpoint.vit_config import CHANNELS
from vitscale.models.error_text import first_sentence
from vitscale.models.json_file import read_object, shown

PREPROCESSOR = "preprocessor_config.json"
NESTED = "processor_config.json"
_STEPS = ("_preprocess", "process_image", "resize", "center_crop", "rescale", "normalize")
_OWN_STEPS = ("BeitImageProcessorPil", "ConvNextImageProcessorPil")
"""Classes with their own but equivalent steps: BEiT's differ for segmentation maps only."""
_WARPED_FROM = 384
"""Shortest edge from which ConvNeXT's processor resizes to a square and crops nothing."""
_FILTERS = 6  # of Pillow, numbered from 0
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
    plain = _plain(theirs, where)
    ours = ViTImageProcessorPil(**plain)
    _refuse_other_pixels(theirs, ours, where)
    return ours


def settings_of(processor: ViTImageProcessorPil) -> dict[str, Any]:
    """Return the settings of a processor that `load_processor` returned, as `preprocessor_config.json`."""
    return _plain(processor, PREPROCESSOR)


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


def _plain(theirs: Any, where: str) -> dict[str, Any]:
    """Return the settings of a `ViTImageProcessor` with the same steps."""
    reader = _Reader(theirs, where)
    size, crop = reader.resize(), reader.crop()
    if type(theirs).__name__ == "ConvNextImageProcessorPil" and size is not None:
        size, crop = reader.convnext(size, crop)
    if crop is None and (size is None or "height" not in size):
        found = "do_resize is false" if size is None else f"size is {shown(size)}"
        raise ModelError(
            f"{found} in {where}, and do_center_crop is off: images would have different sizes. Set size to "
            "height and width, as the model takes them."
        )
    if reader.flag("do_pad") and getattr(theirs, "pad_size", None) is not None:
        raise reader.wrong("do_pad", "false: ViTScale does not pad images")
    return {
        "image_processor_type": "ViTImageProcessor",
        "do_resize": size is not None,
        **({} if size is None else {"size": size, "resample": reader.filter()}),
        "do_center_crop": crop is not None,
        **({} if crop is None else {"crop_size": crop}),
        **reader.numbers("do_rescale", "rescale_factor"),
        **reader.numbers("do_normalize", "image_mean", "image_std"),
    }


class _Reader:
    """Reads the attributes of a processor of Transformers.

    Parameters
    ----------
    processor : PilBackend
        The processor; `None` in an attribute means that a step is off.
    where : str
        Name of its file, for messages.
    """

    def __init__(self, processor: Any, where: str) -> None:
        self._processor = processor
        self._where = where

    def flag(self, name: str) -> bool:
        value = self._value(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return bool(value)

    def resize(self) -> dict[str, int] | None:
        if not self.flag("do_resize"):
            return None
        size = self._lengths("size")
        forms = (
            ("height", "width"),
            ("shortest_edge",),
            ("longest_edge", "shortest_edge"),
            ("max_height", "max_width"),
        )
        if tuple(sorted(size)) not in forms:
            raise self.wrong("size", "height and width, shortest_edge, or max_height and max_width")
        return size

    def crop(self) -> dict[str, int] | None:
        if not self.flag("do_center_crop"):
            return None
        size = self._lengths("crop_size")
        if sorted(size) != ["height", "width"]:
            raise self.wrong("crop_size", "height and width")
        return size

    def convnext(
        self, size: dict[str, int], crop: dict[str, int] | None
    ) -> tuple[dict[str, int], dict[str, int] | None]:
        """Return size and crop equivalent to ConvNeXT's resize (`image_processing_pil_convnext.py`)."""
        share = self._value("crop_pct")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise self.wrong("crop_pct", "a number above 0, at most 1")
        if list(size) != ["shortest_edge"]:
            raise self.wrong("size", "shortest_edge, as ConvNextImageProcessor takes it")
        edge = size["shortest_edge"]
        square = {"height": edge, "width": edge}
        if edge >= _WARPED_FROM:
            return square, crop
        if crop is not None:
            raise self.wrong("do_center_crop", "false: ConvNextImageProcessor crops already")
        return {"shortest_edge": int(edge / share)}, square

    def filter(self) -> int:
        value = self._value("resample")
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _FILTERS:
            raise self.wrong("resample", f"the number of one of Pillow's filters, 0 to {_FILTERS - 1}")
        return int(value)

    def numbers(self, switch: str, *names: str) -> dict[str, Any]:
        """Return a switch, and the settings of its step if it is on."""
        if not self.flag(switch):
            return {switch: False}
        read = self._factor if switch == "do_rescale" else self._channels
        return {switch: True, **{name: read(name) for name in names}}

    def wrong(self, name: str, expected: str) -> ModelError:
        value = self._value(name)
        found = shown(dict(value) if hasattr(value, "keys") else value)
        return ModelError(f"{name} in {self._where} is {found}; expected {expected}. Correct it.")

    def _value(self, name: str) -> Any:
        return getattr(self._processor, name, None)

    def _lengths(self, name: str) -> dict[str, int]:
        value = self._value(name)
        if value is None:
            raise self.wrong(name, "height and width")
        lengths = {edge: length for edge, length in dict(value).items() if length is not None}
        for length in lengths.values():
            if isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= _LONGEST:
                raise self.wrong(name, f"whole numbers from 1 to {_LONGEST}")
        return lengths

    def _factor(self, name: str) -> float:
        value = self._value(name)
        if not _is_number(value):
            raise self.wrong(name, "a number, such as 1/255")
        return float(value)

    def _channels(self, name: str) -> list[float]:
        value = self._value(name)
        many = list(value) if isinstance(value, list | tuple) else [value] * CHANNELS
        if len(many) != CHANNELS or not all(_is_number(one) for one in many):
            raise self.wrong(name, "a number, or one for each of three channels")
        if name == "image_std" and 0 in many:
            raise self.wrong(name, "numbers other than 0: pixels are divided by them")
        return [float(one) for one in many]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


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


_LONGEST = 1 << 14
