"""How many images and which batch sizes fit into a time, judged by a short pilot run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from vitscale.bench.runner import SWEEP_SHARE
from vitscale.results.schema import Benchmark
from vitscale.results.stats import run_rate

GRIDS = ((1, 2, 4, 8, 16, 32), (1, 4, 16), (4, 16), (8,))
"""Batch sizes to try: the published ones that matter on a processor, then fewer of them."""
LEAST_IMAGES = 16
"""Below two of the batches a figure says nothing; rather the harness leaves out rounds."""
FEWEST_IMAGES = 64
"""With fewer, try fewer batch sizes first: a pass must be long beside the start of its batches."""
_CAUTION = 0.9
"""Of the time, so that a run which is a little slower than its pilot still ends in it."""


@dataclass(frozen=True)
class Pace:
    """What a pilot run tells of the time that a fork of every backend takes.

    Attributes
    ----------
    start_seconds : float
        Of all backends together, apart from the images: process start, load, warm-up, end.
    image_seconds : float
        Of all backends together, for each image.
    control : Pace or None
        The same of the reference alone, which takes part in each round a second time.
    """

    start_seconds: float
    image_seconds: float
    control: Pace | None = None

    @staticmethod
    def of(rows: Sequence[Benchmark]) -> Pace | None:
        """Read the pace of a pilot's rows, the reference first; None if one of them has no figure."""
        paces = [_pace(row) for row in rows]
        known = [pace for pace in paces if pace is not None]
        if not paces or len(known) < len(paces):
            return None
        return Pace(
            sum(pace.start_seconds for pace in known), sum(pace.image_seconds for pace in known), known[0]
        )

    def images(self, batch_sizes: int, forks: int, seconds: float) -> int:
        """Return how many images fit, the sweep staying within its share of the time."""
        seconds *= _CAUTION
        fits = (seconds - self._starts(batch_sizes, forks)) / self._per_image(batch_sizes, forks)
        if sweeps := _sweeps(batch_sizes):
            in_sweep = (seconds * SWEEP_SHARE / sweeps - self.start_seconds) / self.image_seconds
            fits = min(fits, in_sweep)
        return max(0, int(fits))

    def _starts(self, batch_sizes: int, forks: int) -> float:
        control = self.control.start_seconds if self.control else 0.0
        inspections = self.start_seconds  # a process for each backend
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
    """Return the largest run that fits: first all batch sizes, then as many images as there is time for.

    Where not even `LEAST_IMAGES` fit, these are taken, and the harness keeps the time by leaving out rounds.
    """
    for grid in GRIDS:
        images = min(most_images, pace.images(len(grid), forks, seconds))
        if images >= min(FEWEST_IMAGES, most_images):
            return Size(grid, images)
    return Size(GRIDS[-1], min(most_images, max(LEAST_IMAGES, pace.images(1, forks, seconds))))


def _sweeps(batch_sizes: int) -> int:
    """Return the sweep's passes: none where there is nothing to choose from."""
    return batch_sizes if batch_sizes > 1 else 0


def _pace(row: Benchmark) -> Pace | None:
    runs = [run for run in row["runs"] if run["iterations"]]
    if row["error"] or not runs:
        return None
    rate = median(run_rate(run) for run in runs)
    run = runs[0]
    measured = sum(one["seconds"] for one in run["iterations"] if one["phase"] == "measurement")
    return Pace(max(0.0, run.get("wall_seconds", 0.0) - measured), 1 / rate)
