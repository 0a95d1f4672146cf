"""Converts the image settings of a timm checkpoint, which stand in its `config.json`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PIL import Image
from transformers import TimmWrapperImageProcessor
from transformers.image_processing_backends import PilBackend

from vitscale.errors import ModelError
from vitscale.models.checkpoint.families import LARGEST_EDGE
from vitscale.models.checkpoint.image_processor import processor_of, refuse_other_pixels
from vitscale.models.checkpoint.kinds import CHANNELS
from vitscale.models.checkpoint.processor_settings import SHARE, TIMM, is_share
from vitscale.models.json_file import wrong_field
from vitscale.system.error_text import first_sentence

_FILTERS = {one.name.lower(): int(one) for one in Image.Resampling}
"""Name of a filter in timm (`timm/data/transforms.py`) -> Pillow's number."""
_CENTER, _SQUASH = "center", "squash"


def timm_processor(pretrained_cfg: dict[str, Any], where: str) -> PilBackend:
    """Return a processor that is equivalent to timm's evaluation transforms.

    Parameters
    ----------
    pretrained_cfg : dict
        The field of that name in `config.json`.
    where : str
        Name of the file, for messages.

    Raises
    ------
    ModelError
        If a setting is invalid, or the transforms pad images or make rectangles of a part of them.
    """
    _refuse_values(pretrained_cfg, where)
    try:
        theirs = TimmWrapperImageProcessor(pretrained_cfg=dict(pretrained_cfg))
    except Exception as error:  # of many classes
        raise ModelError(
            f"timm refuses pretrained_cfg in {where}: {first_sentence(error)} Correct the file."
        ) from error
    ours = processor_of(_plain(theirs.data_config, where))
    refuse_other_pixels(lambda image: theirs(image, return_tensors="pt")["pixel_values"], ours, where)
    return ours


def _plain(data: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the settings of the same steps.

    Source: `transforms_imagenet_eval` in `timm/data/transforms_factory.py`.

    Parameters
    ----------
    data : dict
        What `resolve_data_config` of timm made of `pretrained_cfg`, with all defaults.
    where : str
        Name of the file, for messages.
    """
    _, height, width = data["input_size"]
    kept = {"height": height, "width": width}
    resized = {name: math.floor(edge / data["crop_pct"]) for name, edge in kept.items()}
    squashes = data["crop_mode"] == _SQUASH
    if not squashes and height != width:
        expected = f"a square for crop_mode {_CENTER}"
        raise wrong_field(data["input_size"], "pretrained_cfg.input_size", expected, where)
    crops = not squashes or resized != kept
    return {
        "image_processor_type": TIMM,
        "do_resize": True,
        "size": resized if squashes else {"shortest_edge": resized["height"]},
        "resample": _FILTERS[data["interpolation"]],
        "do_center_crop": crops,
        **({"crop_size": kept} if crops else {}),
        "do_rescale": True,
        "rescale_factor": 1 / 255,  # of torchvision's ToTensor
        "do_normalize": True,
        "image_mean": [float(one) for one in data["mean"]],
        "image_std": [float(one) for one in data["std"]],
    }


def _refuse_values(given: dict[str, Any], where: str) -> None:
    """Raise an error for the first field with a value that no processor has; a missing one is timm's."""
    for name, (is_valid, expected) in _EXPECTED.items():
        value = given.get(name)
        if value is not None and not is_valid(value):
            raise wrong_field(value, f"pretrained_cfg.{name}", expected, where)


def _is_size(value: Any) -> bool:
    whole = isinstance(value, list) and len(value) == CHANNELS and all(type(one) is int for one in value)
    return whole and value[0] == CHANNELS and all(1 <= edge <= LARGEST_EDGE for edge in value[1:])


def _are_numbers(value: Any) -> bool:
    """Tell whether a value has one number, or one for each channel."""
    listed = isinstance(value, list) and len(value) in (1, CHANNELS)
    return listed and all(type(one) in (int, float) and math.isfinite(one) for one in value)


def _is_one_of(*names: str) -> Callable[[Any], bool]:
    return lambda value: value in names


_EXPECTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "input_size": (_is_size, f"{CHANNELS}, height and width, at most {LARGEST_EDGE} pixels"),
    "crop_pct": (is_share, SHARE),
    "crop_mode": (_is_one_of(_CENTER, _SQUASH), f"{_CENTER} or {_SQUASH}: ViTScale does not pad images"),
    "interpolation": (_is_one_of(*_FILTERS), f"one of {', '.join(_FILTERS)}"),
    "mean": (_are_numbers, f"{CHANNELS} numbers"),
    "std": (lambda value: _are_numbers(value) and 0 not in value, f"{CHANNELS} numbers other than 0"),
}
"""Field of `pretrained_cfg` -> check of its value, and what it may be."""
