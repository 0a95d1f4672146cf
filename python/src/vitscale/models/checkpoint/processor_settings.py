"""The settings of any image processor with the usual steps, all explicit.

Settings of the hub have many forms: one number for three, lists, `null` for the class's default. Transformers
resolves them; what it does is read here from the attributes of its processor.
"""

from __future__ import annotations

import math
from typing import Any, TypeGuard

from vitscale.errors import ModelError
from vitscale.models.checkpoint.kinds import CHANNELS
from vitscale.models.json_file import shown

_WARPED_FROM = 384
"""Shortest edge from which ConvNeXT's processor resizes to a square and crops nothing."""
_FILTERS = 6  # of Pillow, numbered from 0
_LONGEST = 1 << 14
"""Largest edge of an image, in pixels."""
SHARE = "a number above 0, at most 1"


_UNCROPPED = ("SegformerImageProcessor",)
"""Classes that never crop."""
PLAIN = "ViTImageProcessor"
OFFSET = "EfficientNetImageProcessor"
FLIPPED = "MobileViTImageProcessor"
TIMM = "TimmWrapperImageProcessor"
"""Class whose steps a resolved processor takes: the usual ones; a shift after rescaling and a second division
by the deviation; no normalisation, and blue before red; and a crop that rounds as torchvision's."""


def plain_settings(processor: Any, where: str) -> dict[str, Any]:
    """Return the settings of an equivalent processor of the plainest possible class.

    Parameters
    ----------
    processor : PilBackend
        What Transformers made of a checkpoint's settings.
    where : str
        Name of their file, for messages.

    Returns
    -------
    dict
        Settings of `PLAIN`, or of `OFFSET`, `FLIPPED` or `TIMM` if the processor has what only these have.

    Raises
    ------
    ModelError
        If a setting has a value that ViTScale does not know; the message names it.
    """
    reader = _Reader(processor, where)
    kind = type(processor).__name__.removesuffix("Pil")
    size, crop = reader.resize(), None if kind in _UNCROPPED else reader.crop()
    if size is not None:
        match kind:
            case "ConvNextImageProcessor":
                size, crop = reader.convnext(size, crop)
            case "PoolFormerImageProcessor":
                size = reader.poolformer(size)
            case "LevitImageProcessor" if "shortest_edge" in size:
                size = {"shortest_edge": int((256 / 224) * size["shortest_edge"])}
    if crop is None and (size is None or "height" not in size):
        found = "do_resize is false" if size is None else f"size is {shown(size)}"
        raise ModelError(
            f"{found} in {where}, and do_center_crop is off: images would have different sizes. Set size to "
            "height and width, as the model takes them."
        )
    if reader.flag("do_pad") and getattr(processor, "pad_size", None) is not None:
        raise reader.wrong("do_pad", "false: ViTScale does not pad images")
    return {
        "image_processor_type": TIMM if kind == TIMM else PLAIN,
        "do_resize": size is not None,
        **({} if size is None else {"size": size, "resample": reader.filter()}),
        "do_center_crop": crop is not None,
        **({} if crop is None else {"crop_size": crop}),
        **reader.numbers("do_rescale", "rescale_factor"),
        **_colors(reader, kind),
    }


def _colors(reader: _Reader, kind: str) -> dict[str, Any]:
    """Return the settings of the steps after rescaling."""
    if kind == FLIPPED:
        flips = reader.flag("do_flip_channel_order")
        return {
            "do_normalize": False,
            **({"image_processor_type": FLIPPED, "do_flip_channel_order": True} if flips else {}),
        }
    normalised = reader.numbers("do_normalize", "image_mean", "image_std")
    if kind != OFFSET or not (reader.flag("rescale_offset") or reader.flag("include_top")):
        return normalised
    top = {"include_top": reader.flag("include_top")}
    deviation = reader.numbers("include_top", "image_std")
    return {
        **normalised,
        **deviation,
        **top,
        "image_processor_type": OFFSET,
        "rescale_offset": reader.flag("rescale_offset"),
    }


def is_share(value: Any) -> TypeGuard[float]:
    """Tell whether a value is a share of an image that a crop keeps, see `SHARE`."""
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 < value <= 1


class _Reader:
    """Reads the attributes that Transformers gave to a processor.

    Parameters
    ----------
    processor : PilBackend
        Whose `None` means that a step is off.
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
        """Return size and crop that do what ConvNeXT's resize does (`image_processing_pil_convnext.py`)."""
        share = self._share()
        if list(size) != ["shortest_edge"]:
            raise self.wrong("size", "shortest_edge, as ConvNextImageProcessor takes it")
        edge = size["shortest_edge"]
        square = {"height": edge, "width": edge}
        if edge >= _WARPED_FROM:
            return square, crop
        if crop is not None:
            raise self.wrong("do_center_crop", "false: ConvNextImageProcessor crops already")
        return {"shortest_edge": int(edge / share)}, square

    def poolformer(self, size: dict[str, int]) -> dict[str, int]:
        """Return the size that does what PoolFormer's resize does (`image_processing_pil_poolformer.py`)."""
        if self._value("crop_pct") is None:
            return size
        share = self._share()
        if list(size) == ["shortest_edge"]:
            return {"shortest_edge": int(size["shortest_edge"] / share)}
        if sorted(size) != ["height", "width"]:
            raise self.wrong("size", "shortest_edge, or height and width")
        if size["height"] == size["width"]:
            return {"shortest_edge": int(size["height"] / share)}
        return {edge: int(length / share) for edge, length in size.items()}

    def _share(self) -> float:
        share = self._value("crop_pct")
        if not is_share(share):
            raise self.wrong("crop_pct", SHARE)
        return share

    def filter(self) -> int:
        value = self._value("resample")
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _FILTERS:
            raise self.wrong("resample", f"the number of one of Pillow's filters, 0 to {_FILTERS - 1}")
        return int(value)

    def numbers(self, switch: str, *names: str) -> dict[str, Any]:
        """Return a switch, and the settings that it needs if it is on."""
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
