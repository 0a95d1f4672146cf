"""Figures of a GPU that the results of `vitscale bench` do not have by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OPERATIONS = 33e9
"""Operations of ViT-base for an image, as exported: twice 16.4 billion multiply-adds (docs/gpu.md)."""


def tflops(images_per_second: float) -> int:
    """Return the speed of ViT-base in 10^12 operations a second."""
    return round(images_per_second * _OPERATIONS / 1e12)


def seconds_of_all(raw: Mapping[str, Any]) -> str:
    """Return the shortest and the longest pass over the whole set, in seconds: ``13.4 to 13.8``."""
    (row,) = raw["jvm"]["whole_set"]["benchmarks"]
    passes = [one for run in row["runs"] for one in run["iterations"] if one["phase"] == "measurement"]
    seconds = [one["seconds"] for one in passes]
    return f"{min(seconds):.1f} to {max(seconds):.1f}"
