"""The number of images and the batch sizes that fit into a time, estimated from a short pilot run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from vitscale.bench.runner import SWEEP_SHARE
from vitscale.results.schema import Benchmark
from vitscale.results.stats import run_rate

GRIDS = ((1, 2, 4, 8, 16, 32), (1, 4, 16), (4, 16), (8,))
"""Batch sizes to try: the published ones that matter on a CPU, then fewer."""
LEAST_IMAGES = 16
"""Smallest number of images, two batches; below it the harness leaves out rounds instead."""
FEWEST_IMAGES = 64
"""Number of images below which fewer batch sizes are tried, so that an iteration has several batches."""
_CAUTION = 0.9
"""Share of the time to plan with, so that a run slightly slower than its pilot still fits."""


@dataclass(frozen=True)
class Pace:
    """Time of a fork of every backend, from a pilot run.

    Attributes
    ----------
    start_seconds : float
        Time of all backends together without the images: process start, load, warm-up, end.
    image_seconds : float
        Time of all backends together for each image.
    control : Pace or None
        The same of the reference alone, which runs a second time in each round.
    """

    start_seconds: float
    image_seconds: float
    control: Pace | None = None

    @staticmethod
    def of(rows: Sequence[Benchmark]) -> Pace | None:
        """Return the pace of a pilot's rows, the reference first; None if a row has no figure."""
        paces = [_pace(row) for row in rows]
        known = [pace for pace in paces if pace is not None]
        if not paces or len(known) < len(paces):
            return None
        return Pace(
            sum(pace.start_seconds for pace in known), sum(pace.image_seconds for pace in known), known[0]
        )

    def images(self, batch_sizes: int, forks: int, seconds: float) -> int:
        """Return the number of images that fit, with the sweep within its share of the time."""
        seconds *= _CAUTION
        fits = (seconds - self._starts(batch_sizes, forks)) / self._per_image(batch_sizes, forks)
        if sweeps := _sweeps(batch_sizes):
            in_sweep = (seconds * SWEEP_SHARE / sweeps - self.start_seconds) / self.image_seconds
            fits = min(fits, in_sweep)
        return max(0, int(fits))

    def _starts(self, batch_sizes: int, forks: int) -> float:
        control = self.control.start_seconds if self.control else 0.0
        inspections = self.start_seconds  # one process for each backend
        return (_sweeps(batch_sizes) + forks) * self.start_seconds + forks * control + inspections

    def _per_image(self, batch_sizes: int, forks: int) -> float:
        control = self.control.image_seconds if self.control else 0.0
        inspections = self.image_seconds  # each image once more
        return (_sweeps(batch_sizes) + forks) * self.image_seconds + forks * control + inspections


@dataclass(frozen=True)
class Size:
    """Batch sizes and number of images of a run."""

    batch_sizes: tuple[int, ...]
    images: int


def fit(pace: Pace, forks: int, seconds: float, most_images: int) -> Size:
    """Return the largest run that fits: first all batch sizes, then as many images as possible.

    If not even `LEAST_IMAGES` fit, they are used, and the harness leaves out rounds to keep the time.
    """
    for grid in GRIDS:
        images = min(most_images, pace.images(len(grid), forks, seconds))
        if images >= min(FEWEST_IMAGES, most_images):
            return Size(grid, images)
    return Size(GRIDS[-1], min(most_images, max(LEAST_IMAGES, pace.images(1, forks, seconds))))


def _sweeps(batch_sizes: int) -> int:
    """Return the number of iterations of the sweep: none with one batch size."""
    return batch_sizes if batch_sizes > 1 else 0


def _pace(row: Benchmark) -> Pace | None:
    runs = [run for run in row["runs"] if run["iterations"]]
    if row["error"] or not runs:
        return None
    rate = median(run_rate(run) for run in runs)
    run = runs[0]
    measured = sum(one["seconds"] for one in run["iterations"] if one["phase"] == "measurement")
    return Pace(max(0.0, run.get("wall_seconds", 0.0) - measured), 1 / rate)
