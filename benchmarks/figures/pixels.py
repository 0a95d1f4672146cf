"""Time of one core for a photo, from the raw values of `make bench-pixels`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from vitscale.report.text_table import markdown_table
from vitscale.results import units

_COLUMNS = (
    "work",
    "with libjpeg-turbo",
    "with the JVM's decoder",
    "Pillow",
    "ratio with libjpeg-turbo",
    "ratio with the JVM's decoder",
)
_WORKS = {
    "bilinear resize": "resize, bilinear",
    "bicubic resize": "resize, bicubic",
    "bilinear decodeAndResize": "decode and resize, bilinear",
    "bicubic decodeAndResize": "decode and resize, bicubic",
}
_LIBRARIES = ("libjpeg-turbo", "imageio")
Round = Mapping[str, Mapping[str, float]]


def table(raw: Mapping[str, Any]) -> str:
    """Return milliseconds a photo and ratios to Pillow, medians over the rounds with both ends."""
    rounds: Sequence[Round] = raw["milliseconds_per_photo"]
    rows = [[title, *_times(rounds, work), *_ratios(rounds, work)] for work, title in _WORKS.items()]
    return markdown_table(_COLUMNS, rows, frozenset({0}))


def ratio(raw: Mapping[str, Any], library: str, work: str, to: str = "pillow") -> str:
    """Return the median ratio of a library's time to another's."""
    return f"{median(_values(raw['milliseconds_per_photo'], library, work, to)):.2f}"


def _times(rounds: Sequence[Round], work: str) -> list[str]:
    return [f"{median(one[who][work] for one in rounds):.2f}" for who in (*_LIBRARIES, "pillow")]


def _ratios(rounds: Sequence[Round], work: str) -> list[str]:
    found = [_values(rounds, library, work, "pillow") for library in _LIBRARIES]
    return [f"{median(one):.2f} ({min(one):.2f} {units.NONE} {max(one):.2f})" for one in found]


def _values(rounds: Sequence[Round], library: str, work: str, to: str) -> list[float]:
    return [one[library][work] / one[to][work] for one in rounds]
