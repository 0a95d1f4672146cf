"""Fewer images instead of fewer rounds, if the budget is too short for all images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vitscale.bench import schedule
from vitscale.bench.plan import Plan, Settings
from vitscale.errors import ResultsError
from vitscale.results.document import load_results
from vitscale.results.schema import Run

FEWEST_IMAGES = 4
"""Smallest number of images that a fork measures; a batch is never larger than this number."""


@dataclass(frozen=True)
class Pace:
    """Time of one fork of a backend.

    Attributes
    ----------
    fixed_seconds : float
        Wall-clock seconds that do not depend on the number of images: start, load, first forward pass.
    image_seconds : float
        Wall-clock seconds of each image.
    """

    fixed_seconds: float
    image_seconds: float

    @staticmethod
    def of(run: Run) -> Pace:
        """Return the pace of a measured fork."""
        seconds = sum(one["seconds"] for one in run["iterations"])
        images = sum(one["images"] for one in run["iterations"])
        return Pace(max(0.0, run.get("wall_seconds", seconds) - seconds), seconds / max(1, images))

    def seconds(self, images: int, settings: Settings) -> float:
        """Estimate the wall-clock seconds of a fork with another number of images."""
        warmup = self.image_seconds * min(images, settings.warmup_images)
        measured = max(settings.min_seconds, self.image_seconds * images * settings.iterations)
        return self.fixed_seconds + warmup + measured


def fitting_images(plan: Plan, forks: Iterable[tuple[Pace, int]], seconds: float) -> int:
    """Return the largest number of images with which all forks end within a time limit.

    Parameters
    ----------
    plan : Plan
        The benchmark.
    forks : iterable of (Pace, int)
        Pace of each backend and its number of forks.
    seconds : float
        Wall-clock seconds for all of them.

    Returns
    -------
    int
        At most all images of the plan, at least `FEWEST_IMAGES`, even if these take longer.
    """
    needed = list(forks)
    counts = range(len(plan.images.files), FEWEST_IMAGES - 1, -1)
    return next(
        (
            count
            for count in counts
            if sum(number * pace.seconds(count, plan.settings) for pace, number in needed) <= seconds
        ),
        min(FEWEST_IMAGES, len(plan.images.files)),
    )


def with_fewer_images(plan: Plan, count: int, batch_size: int) -> Plan:
    """Return the plan for its first images at one batch size, at least one of them decodable."""
    bad = {one.file for one in plan.undecodable}
    whole = next(place for place, file in enumerate(plan.images.files) if file not in bad)
    images = plan.images.take(max(count, whole + 1))
    kept = set(images.files)
    return replace(
        plan,
        images=images,
        undecodable=tuple(one for one in plan.undecodable if one.file in kept),
        batch_sizes=(batch_size,),
        settings=replace(plan.settings, warmup_images=min(plan.settings.warmup_images, len(images.files))),
    )


def left_out(whole: Plan, fewer: Plan) -> str:
    """Return what a plan with fewer images leaves out of the whole one."""
    sizes = ", ".join(map(str, whole.batch_sizes))
    measured = f"{len(fewer.images.files)} images at batch size {fewer.batch_sizes[0]}"
    return f"all but {measured} (of {len(whole.images.files)} at batch sizes {sizes})"


def earlier_smaller_plan(plan: Plan) -> Plan | None:
    """Return the plan that an earlier run with a short budget measured instead of this one, if any."""
    if not plan.settings.keeps_rounds or not plan.output.exists():
        return None
    try:
        earlier = load_results(plan.output)
    except ResultsError:
        return None
    count = earlier["workload"]["images"]["files"]
    sizes = {row["batch_size"] for row in earlier["benchmarks"]}
    if not earlier.get("left_out") or count >= len(plan.images.files) or not sizes <= set(plan.batch_sizes):
        return None
    return with_fewer_images(plan, count, min(sizes, default=schedule.middle(plan.batch_sizes)))
