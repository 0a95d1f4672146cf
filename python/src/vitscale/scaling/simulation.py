"""An estimate of how long the job takes on a cluster that nobody has at hand.

It plays the job's own schedule. The driver lists the files, all executors open the model, then tasks are
handed out, one at a time, to whichever core falls free, each as large as guided self-scheduling says
(Polychronopoulos and Kuck, IEEE Transactions on Computers, 1987; ``vitscale.job.task.ChunkSizes`` in the
jar). All times are drawn from what was measured on one machine; a cluster of others differs as their cores
do.
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
"""What a task should take, as ``vitscale.job.task.ChunkSizes`` has it; the next four as well."""
FIRST_CHUNK = 8
LARGEST_CHUNK = 4096
SHARES_PER_SLOT = 3
SMALLEST_CHUNK = 4
TASKS_BEFORE_RATE_IS_KNOWN = 8  # of each core: two Spark jobs of four tasks a core are handed out at first
_MOST_TASKS_PLAYED = 2_000
_BAND = (5, 50, 95)  # per cent
DRAWS = 20


@dataclass(frozen=True)
class Estimate:
    """Seconds from the command to its end: the middle of all draws, and where nine out of ten lie.

    Attributes
    ----------
    fleet : Fleet
        The cluster.
    images : int
        How many are classified.
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
        """Hours of all machines together, which is what is paid for."""
        return self.fleet.nodes * self.median / 3600


def estimates(
    calibration: Calibration,
    *,
    nodes: Sequence[int] = NODES,
    images: Sequence[int] = IMAGES,
    cores: int = CORES,
    seed: int = 0,
) -> list[Estimate]:
    """Estimate each number of images on each number of nodes, as :func:`estimate` does one."""
    return [
        estimate(count, Fleet(number, cores), calibration, seed=seed) for count in images for number in nodes
    ]


@lru_cache(maxsize=256)  # reports of one measurement ask again
def estimate(
    images: int,
    fleet: Fleet,
    calibration: Calibration,
    *,
    megapixels: tuple[float, ...] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Estimate how long a cluster takes.

    Parameters
    ----------
    images : int
        How many.
    fleet : Fleet
        The cluster.
    calibration : Calibration
        What was measured.
    megapixels : tuple of float, optional
        Sizes of the images, by default as those that were measured.
    draws : int
        Runs that are played with times drawn anew.
    seed : int
        The same one gives the same estimate.
    """
    random = np.random.default_rng(seed)
    per_image = calibration.seconds_for(megapixels or calibration.megapixels)
    seconds = [_Run(fleet, calibration, per_image, random).seconds(images) for _ in range(draws)]
    low, median, high = np.percentile(seconds, _BAND)
    return Estimate(fleet, images, float(low), float(median), float(high))


@lru_cache(maxsize=64)
def split(images: int, slots: int, per_image: float) -> tuple[int, list[int]]:
    """Return the images that all cores share evenly, and the sizes of the other tasks.

    Of millions of tasks of one size only their sum matters; the first and the last ones are played singly.
    """
    first, longest = list(_first(images, slots)), _longest(per_image)
    bulk = max(0, images - sum(first) - longest * slots * SHARES_PER_SLOT)
    if len(first) + bulk / longest <= _MOST_TASKS_PLAYED:
        bulk = 0
    return bulk, task_sizes(images - bulk, slots, per_image)


def task_sizes(images: int, slots: int, per_image: float) -> list[int]:
    """Return how many images each task gets, in the order in which they are handed out."""
    sizes, longest = list(_first(images, slots)), _longest(per_image)
    remaining = images - sum(sizes)
    while remaining > 0:
        size = max(SMALLEST_CHUNK, min(longest, remaining // (slots * SHARES_PER_SLOT)))
        sizes.append(min(size, remaining))
        remaining -= sizes[-1]
    return sizes


def _first(images: int, slots: int) -> Iterator[int]:
    """Give the sizes of the tasks that are handed out before any rate is known."""
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
    """One run, with times of its own."""

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
        """Return the seconds from the moment that the files are listed until the last task ends."""
        bulk, sizes = split(images, self._fleet.slots, self._per_image)
        free, clock = self._after(bulk, self._ready())
        heapq.heapify(free)
        dispatch = self._measured.dispatch
        works = np.asarray(sizes) * self._per_image * self._spread(len(sizes)) + self._measured.task_overhead
        for work in works.tolist():  # the one loop that all time goes into
            clock = max(clock, free[0]) + dispatch
            heapq.heapreplace(free, clock + work)
        return max(free)

    def _ready(self) -> list[float]:
        """Return when each core can work: all executors open the model side by side, the last one counts."""
        loads = self._random.choice(self._measured.executor_ready, self._fleet.nodes)
        return [float(loads.max())] * self._fleet.slots

    def _after(self, bulk: int, free: list[float]) -> tuple[list[float], float]:
        """Return when each core, and the driver, have done the evenly shared images.

        They take as long as the work lasts, or as long as the driver needs to hand it out; after that, each
        core is somewhere inside its task.
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
        """Return how much longer than the median each task takes, drawn from those measured."""
        rates = np.asarray(self._measured.task_rates) / self._measured.seconds_per_image
        return self._random.choice(rates, count)
