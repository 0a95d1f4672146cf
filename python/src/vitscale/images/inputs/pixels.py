"""Decoded images: of Pillow, NumPy and PyTorch."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from vitscale.errors import ImageError
from vitscale.images.inputs.wording import reason_of, refused

MAX_PIXELS = 178_956_970
"""Twice Pillow's ``Image.MAX_IMAGE_PIXELS``, above which it rejects a file; also the engine's limit."""

_GRAY = 2  # dimensions of a gray picture
_RGB = 3  # dimensions and channels of one in colour
_CHANNELS = {1, 3, 4}
_OTHER_DIMENSIONS = {
    1: "For the bytes of a file in one dimension, give array.tobytes().",
    4: "For a batch, give list(batch).",
}


@dataclass(frozen=True)
class Pixels:
    """An 8-bit RGB image.

    Attributes
    ----------
    width, height : int
        Size in pixels.
    data : bytes
        ``width * height * 3`` samples: interleaved, row by row from the top, without padding.
    """

    width: int
    height: int
    data: bytes


def of_pillow(image: Image.Image) -> Pixels:
    """Return the pixels of a Pillow image, upright by EXIF orientation, in RGB.

    The steps are those of ``transformers.image_utils.load_image``: ``ImageOps.exif_transpose``, then
    ``convert("RGB")``.

    Raises
    ------
    ImageError
        If it has no pixels or too many, or Pillow cannot load, rotate or convert it.
    """
    _check_size(image.width, image.height)
    try:
        rgb = ImageOps.exif_transpose(image).convert("RGB")
        return Pixels(rgb.width, rgb.height, rgb.tobytes())
    except Exception as error:  # Pillow's plugins raise many classes: OSError, SyntaxError, struct.error, ...
        raise ImageError(f"Pillow cannot load it: {reason_of(error)}.") from error


def is_tensor(image: object) -> bool:
    """Tell whether an object is a PyTorch tensor."""
    torch = sys.modules.get("torch")  # without it there is no tensor
    return torch is not None and isinstance(image, torch.Tensor)


def is_array(image: object) -> bool:
    """Tell whether an object is a PyTorch tensor or an array for NumPy."""
    return is_tensor(image) or all(hasattr(image, name) for name in ("__array__", "dtype", "shape"))


def of_array(array: Any) -> Pixels:
    """Return the pixels of an array or tensor.

    Parameters
    ----------
    array : ndarray or Tensor of uint8, shape [height, width, 3] or [height, width]
        RGB or grayscale values.

    Raises
    ------
    ImageError
        If it has no pixels or too many, or its values are unreadable.
    UsageError
        If it has another shape or type; the message has the remedy for common ones.
    """
    dtype = getattr(array.dtype, "name", None) or str(array.dtype).removeprefix("torch.")
    shape = tuple(array.shape)
    if dtype != "uint8" or not (len(shape) == _GRAY or (len(shape) == _RGB and shape[2] == _RGB)):
        raise refused(f"An array ({type(array).__name__}, {dtype}, shape {shape})", _remedy(dtype, shape))
    _check_size(shape[1], shape[0])
    try:
        values: NDArray[np.uint8] = np.asarray(array.detach().cpu() if is_tensor(array) else array)
    except Exception as error:  # various classes: another device, no values, ...
        raise ImageError(f"Its values cannot be read: {reason_of(error)}.") from error
    if values.ndim == _GRAY:
        values = np.repeat(values[:, :, np.newaxis], _RGB, axis=2)
    return Pixels(shape[1], shape[0], np.ascontiguousarray(values).tobytes())


def _remedy(dtype: str, shape: tuple[int, ...]) -> str:
    """Return the remedy for an array that is not one image."""
    if len(shape) in _OTHER_DIMENSIONS:
        return _OTHER_DIMENSIONS[len(shape)]
    remedies = []
    if len(shape) == _RGB and shape[0] in _CHANNELS and shape[2] not in _CHANNELS:
        remedies.append("Put the channels last, e.g. transpose(1, 2, 0).")
    elif len(shape) == _RGB and shape[2] != _RGB:
        remedies.append(f"It has {shape[2]} channels, not 3.")
    if dtype != "uint8":
        remedies.append("Its values must be uint8, 0 to 255.")
    return " ".join(remedies)


def _check_size(width: int, height: int) -> None:
    if width * height == 0:
        raise ImageError(f"It has no pixels: {width}x{height}.")
    if width * height > MAX_PIXELS:
        raise ImageError(f"{width}x{height} are {width * height:,} pixels; the limit is {MAX_PIXELS:,}.")
