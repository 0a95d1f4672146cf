"""The pairs of classes that are confused most, with small pictures of some of their images."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from vitscale.evaluation.evaluate import Evaluated, Evaluation

_PAIRS = 12
_PICTURES = 4
_SIDE = 96  # pixels


@dataclass(frozen=True)
class Picture:
    """A thumbnail as a ``data:`` URI, empty if Pillow cannot decode the image, and the path of the image."""

    uri: str
    path: str


@dataclass(frozen=True)
class Mistake:
    """A confused pair.

    Attributes
    ----------
    right, wrong : int
        Class of the images, and the class that they were given.
    images : int
        Their number.
    pictures : tuple of Picture
        Some of them.
    """

    right: int
    wrong: int
    images: int
    pictures: tuple[Picture, ...]


def worst_mistakes(evaluation: Evaluation, evaluated: Evaluated) -> list[Mistake]:
    """Return the pairs with the most images."""
    return [
        Mistake(right, wrong, count, _pictures(evaluation, evaluated, right, wrong))
        for right, wrong, count in evaluated.scores.confusions[:_PAIRS]
    ]


def _pictures(evaluation: Evaluation, evaluated: Evaluated, right: int, wrong: int) -> tuple[Picture, ...]:
    places = np.flatnonzero((evaluation.classes == right) & (evaluated.first == wrong))[:_PICTURES]
    files = [evaluation.files[place] for place in places]
    return tuple(Picture(_thumbnail(str(file)), str(file)) for file in files)


def _thumbnail(path: str) -> str:
    try:
        with Image.open(path) as image:
            image.draft("RGB", (2 * _SIDE, 2 * _SIDE))
            small = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""  # read by the engine, not by Pillow
    small.thumbnail((_SIDE, _SIDE))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=70)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()
