"""The pairs of classes that are confused most, with small pictures of some of their images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitscale.evaluation.evaluate import Evaluation
from vitscale.evaluation.evaluated import Evaluated
from vitscale.images.thumbnail import thumbnail

_PAIRS = 12
_PICTURES = 4


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
    return tuple(_picture(evaluation.files[place]) for place in places)


def _picture(file: Path) -> Picture:
    small = thumbnail(file)
    return Picture("" if small is None else small.uri, str(file))
