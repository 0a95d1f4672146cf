"""The recipe of the photo with a given index: all random choices, in integers only.

Floating-point arithmetic and NumPy's random distributions may change between machines and versions; a
cryptographic hash does not. So the same seed and index give the same recipe anywhere, and the pinned Pillow
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from vitscale.images.photos.sources import SOURCES, Source

Choice = TypeVar("Choice")

VERSION = 1  # of the recipes: any change below makes other photos

# (width, height) with its share in per cent. Most photos of ILSVRC2012 (Russakovsky et al. 2015) have a
# longer side of 500 pixels, 500x375 above all; the rest stands for its tails, from thumbnails to large scans.
SIZES = (
    ((500, 375), 46),
    ((500, 333), 14),
    ((375, 500), 12),
    ((333, 500), 5),
    ((500, 500), 5),
    ((640, 480), 4),
    ((500, 334), 3),
    ((500, 400), 2),
    ((400, 300), 2),
    ((800, 600), 2),
    ((1024, 768), 1),
    ((1200, 900), 1),
    ((300, 225), 1),
    ((180, 240), 1),
    ((120, 90), 1),
)
# Most of them 96: a mean of 60 kB a file. ImageNet's is about twice that (50,000 validation photos in 6.3
# GB), which crops of a few small originals cannot reach.
QUALITIES = ((96, 36), *((quality, 1) for quality in range(75, 96)))
SUBSAMPLINGS = (("4:2:0", 17), ("4:4:4", 2), ("4:2:2", 1))
PROGRESSIVE = ((False, 19), (True, 1))
GREY = ((False, 49), (True, 1))
MIRRORED = ((False, 1), (True, 1))
SMALLEST_CROP = 700  # per mille of the largest crop that fits
STEPS = 64  # of a crop's edge within one pixel: a power of two, so that a position is exact as a float


@dataclass(frozen=True)
class Recipe:
    """One photo to make.

    Attributes
    ----------
    source : Source
        The original.
    box : tuple of float
        Crop: left, upper, right, lower, in pixels with steps of 1/64.
    size : tuple of int
        Width and height of the photo, in pixels.
    mirrored, grey, progressive : bool
        Whether it is flipped left to right, grayscale, a progressive JPEG.
    quality : int
        Pillow's JPEG quality.
    subsampling : str
        Chroma subsampling: "4:2:0", "4:2:2" or "4:4:4".
    """

    source: Source
    box: tuple[float, float, float, float]
    size: tuple[int, int]
    mirrored: bool
    grey: bool
    quality: int
    subsampling: str
    progressive: bool

    @staticmethod
    def of(seed: int, index: int) -> Recipe:
        """Return the recipe of photo `index` (from 0) with `seed`; neighbours have different originals."""
        dice = _Dice(f"{VERSION}/{seed}/{index}")
        source = SOURCES[index % len(SOURCES)]
        size = dice.pick(SIZES)
        return Recipe(
            source=source,
            box=_crop(dice, source, size),
            size=size,
            mirrored=dice.pick(MIRRORED),
            grey=dice.pick(GREY),
            quality=dice.pick(QUALITIES),
            subsampling=dice.pick(SUBSAMPLINGS),
            progressive=dice.pick(PROGRESSIVE),
        )


class _Dice:
    """Random integers from the 512 bits of one hash."""

    def __init__(self, text: str) -> None:
        self._pool = int.from_bytes(blake2b(text.encode()).digest(), "big")

    def below(self, bound: int) -> int:
        """Return an integer from 0 to `bound` - 1."""
        self._pool, drawn = divmod(self._pool, bound)
        return drawn

    def pick(self, choices: Sequence[tuple[Choice, int]]) -> Choice:
        """Return one of (choice, weight) with a probability proportional to its weight."""
        drawn = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            if drawn < weight:
                return choice
            drawn -= weight
        raise AssertionError("the weights add up")


def _crop(dice: _Dice, source: Source, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Place a box with the aspect of `size` anywhere in the original."""
    width, height = size
    whole_width, whole_height = source.width * STEPS, source.height * STEPS
    widest = min(whole_width, whole_height * width // height)
    crop_width = widest * (SMALLEST_CROP + dice.below(1001 - SMALLEST_CROP)) // 1000
    crop_height = crop_width * height // width
    left = dice.below(whole_width - crop_width + 1)
    upper = dice.below(whole_height - crop_height + 1)
    return left / STEPS, upper / STEPS, (left + crop_width) / STEPS, (upper + crop_height) / STEPS
