"""Small pictures inside HTML."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

PIXELS = 96
"""Longer side of a thumbnail."""

_QUALITY = 80
_UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
"""Errors of Pillow for a damaged or huge image."""


@dataclass(frozen=True)
class Thumbnail:
    """A small JPEG.

    Attributes
    ----------
    uri : str
        Its content as a ``data:`` URI.
    width, height : int
        Its size in pixels.
    """

    uri: str
    width: int
    height: int


def thumbnail(image: object) -> Thumbnail | None:
    """Return a small picture of an image; None for one that Pillow cannot read.

    Parameters
    ----------
    image : str, Path, bytes or PIL.Image.Image
        A file, its content, or an image. Other objects have no thumbnail.
    """
    try:
        with _opened(image) as opened:
            opened.draft("RGB", (2 * PIXELS, 2 * PIXELS))  # a JPEG is decoded at a fraction of its size
            small = ImageOps.exif_transpose(opened).convert("RGB")
            small.thumbnail((PIXELS, PIXELS))
    except _UNREADABLE:
        return None
    content = io.BytesIO()
    small.save(content, "JPEG", quality=_QUALITY)
    encoded = base64.b64encode(content.getvalue()).decode()
    return Thumbnail(f"data:image/jpeg;base64,{encoded}", small.width, small.height)


def _opened(image: object) -> Image.Image:
    """Return an image that may be closed: the caller's own image of Pillow stays open.

    Raises
    ------
    ValueError
        If the object has no form that Pillow reads.
    """
    if isinstance(image, Image.Image):
        return image.copy()
    if isinstance(image, bytes):
        return Image.open(io.BytesIO(image))
    if isinstance(image, str | Path):
        return Image.open(image)
    raise ValueError(type(image).__name__)
