"""Estimates the time of the job on a cluster by simulation.

The simulation follows the job's schedule. The driver lists the files, and all executors load the model. Then
the driver launches tasks, one at a time, on the next free core. Their sizes follow guided self-scheduling
(Polychronopoulos and Kuck, IEEE Transactions on Computers, 1987; ``vitscale.job.task.ChunkSizes`` in the
jar). All times are drawn from measurements on one machine; other machines differ as their cores do.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vitscale.scaling.calibration import Calibration
from vitscale.scaling.cluster_spec import CORES, IMAGES, NODES, Fleet

TARGET_SECONDS = 8.0
"""Target time of a task in seconds; this and the next four are from ``vitscale.job.task.ChunkSizes``."""
FIRST_CHUNK = 8
LARGEST_CHUNK = 4096
SHARES_PER_SLOT = 3
SMALLEST_CHUNK = 4
TASKS_BEFORE_RATE_IS_KNOWN = 8  # for each core: the first two Spark jobs have four tasks a core
_MOST_TASKS_PLAYED = 2_000
_BAND = (5, 50, 95)  # per cent
DRAWS = 20


@dataclass(frozen=True)
class Estimate:
    """Estimated seconds of the whole command: median of all draws, and the range of nine out of ten.

    Attributes
    ----------
    fleet : Fleet
        The cluster.
    images : int
        Number of images.
    low, median, high : float
        Percentiles 5, 50 and 95.
    """

    fleet: Fleet
    images: int
    low: float
    median: float
    high: float

    @property
    def node_hours(self) -> float:
        """Hours of all machines together, the basis of the price."""
        return self.fleet.nodes * self.median / 3600


def estimates(
    calibration: Calibration,
    *,
    nodes: Sequence[int] = NODES,
    images: Sequence[int] = IMAGES,
    cores: int = CORES,
    seed: int = 0,
) -> list[Estimate]:
    """Return :func:`estimate` for each number of images on each number of nodes."""
    return [
        estimate(count, Fleet(number, cores), calibration, seed=seed) for count in images for number in nodes
    ]


@lru_cache(maxsize=256)  # reports of one measurement repeat calls
def estimate(
    images: int,
    fleet: Fleet,
    calibration: Calibration,
    *,
    megapixels: tuple[float, ...] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Estimate the time of the job on a cluster.

    Parameters
    ----------
    images : int
        Number of images.
    fleet : Fleet
        The cluster.
    calibration : Calibration
        Measured times.
    megapixels : tuple of float, optional
        Sizes of the images; the measured ones by default.
    draws : int
        Number of simulated runs, each with new random times.
    seed : int
        Seed; the same one gives the same estimate.
    """
    random = np.random.default_rng(seed)
    per_image = calibration.seconds_for(megapixels or calibration.megapixels)
    seconds = [_Run(fleet, calibration, per_image, random).seconds(images) for _ in range(draws)]
    low, median, high = np.percentile(seconds, _BAND)
    return Estimate(fleet, images, float(low), float(median), float(high))


@lru_cache(maxsize=64)
def split(images: int, slots: int, per_image: float) -> tuple[int, list[int]]:
    """Return the number of images that all cores share evenly, and the sizes of the other tasks.

    Of millions of equal tasks only the sum matters; the first and the last ones are simulated one by one.
    """
    first, longest = list(_first(images, slots)), _longest(per_image)
    bulk = max(0, images - sum(first) - longest * slots * SHARES_PER_SLOT)
    if len(first) + bulk / longest <= _MOST_TASKS_PLAYED:
        bulk = 0
    return bulk, task_sizes(images - bulk, slots, per_image)


def task_sizes(images: int, slots: int, per_image: float) -> list[int]:
    """Return the number of images of each task, in the order of their launch."""
    sizes, longest = list(_first(images, slots)), _longest(per_image)
    remaining = images - sum(sizes)
    while remaining > 0:
        size = max(SMALLEST_CHUNK, min(longest, remaining // (slots * SHARES_PER_SLOT)))
        sizes.append(min(size, remaining))
        remaining -= sizes[-1]
    return sizes


def _first(images: int, slots: int) -> Iterator[int]:
    """Yield the sizes of the tasks that are launched before any rate is known."""
    remaining = images
    for _ in range(TASKS_BEFORE_RATE_IS_KNOWN * slots):
        if remaining <= 0:
            return
        size = min(FIRST_CHUNK, max(SMALLEST_CHUNK, remaining // (slots * SHARES_PER_SLOT)), remaining)
        remaining -= size
        yield size


def _longest(per_image: float) -> int:
    return max(SMALLEST_CHUNK, min(LARGEST_CHUNK, int(TARGET_SECONDS / per_image)))


class _Run:
    """One simulated run with its own random times."""

    def __init__(
        self, fleet: Fleet, calibration: Calibration, per_image: float, random: np.random.Generator
    ) -> None:
        self._fleet = fleet
        self._measured = calibration
        self._random = random
        beside_others = random.choice(calibration.side_by_side) if fleet.slots > 1 else 1.0
        self._per_image = per_image / float(beside_others)

    def seconds(self, images: int) -> float:
        """Return the seconds from the command to its end."""
        start = float(self._random.choice(self._measured.start))
        listing = images / self._measured.listing_rate
        return start + listing + self._makespan(images) + self._measured.finish

    def _makespan(self, images: int) -> float:
        """Return the seconds from the end of the listing to the end of the last task."""
        bulk, sizes = split(images, self._fleet.slots, self._per_image)
        free, clock = self._after(bulk, self._ready())
        heapq.heapify(free)
        dispatch = self._measured.dispatch
        works = np.asarray(sizes) * self._per_image * self._spread(len(sizes)) + self._measured.task_overhead
        for work in works.tolist():  # the hot loop
            clock = max(clock, free[0]) + dispatch
            heapq.heapreplace(free, clock + work)
        return max(free)

    def _ready(self) -> list[float]:
        """Return when each core is ready: executors load the model together, and the slowest counts."""
        loads = self._random.choice(self._measured.executor_ready, self._fleet.nodes)
        return [float(loads.max())] * self._fleet.slots

    def _after(self, bulk: int, free: list[float]) -> tuple[list[float], float]:
        """Return when each core, and the driver, have finished the evenly shared images.

        The time is that of the work, or that of the driver's launches if it is longer. Afterwards each core
        is at a random point of its task.
        """
        if not bulk:
            return free, 0.0
        longest = _longest(self._per_image)
        tasks = bulk / longest
        each = self._measured.task_overhead + longest * self._per_image * float(np.mean(self._spread(1000)))
        on_cores = float(np.mean(free)) + tasks * each / self._fleet.slots
        end = max(on_cores, tasks * self._measured.dispatch)
        offsets = self._random.random(self._fleet.slots) - 0.5
        return [float(end + each * offset) for offset in offsets], end - each / 2

    def _spread(self, count: int) -> NDArray[np.float64]:
        """Return the time of each task relative to the median, drawn from the measured ones."""
        rates = np.asarray(self._measured.task_rates) / self._measured.seconds_per_image
        return self._random.choice(rates, count)
