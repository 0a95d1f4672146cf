"""The published clusters as far as one machine allows: the job on one and on two executors."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from vitscale.bench.budget import Budget
from vitscale.bench.environment import environment
from vitscale.errors import ResultsError
from vitscale.images.image_set import find_images
from vitscale.models.folder import ModelFolder
from vitscale.reproduction.request import Part, Request
from vitscale.reproduction.workload import images_of
from vitscale.results.schema import BenchmarkSuite, LeftOut
from vitscale.results.stats import run_rate
from vitscale.scaling.benchmark import PROCESSORS, Setup
from vitscale.scaling.measure import measure
from vitscale.scaling.results import load, workload

NODES: Part = "nodes"
IMAGES = 480
"""Default number of images: a minute of work for one executor in int8, three in fp32."""
LEAST_FOR_NODES = 64
"""Smallest number of images: four first tasks for each of two executors; fewer only measure Java's start."""

_SHARE = 0.25
_PRECISION = "fp32"  # as published
_HEAP = "1g"
_LISTED_FILES = 20_000
_ONCE_SECONDS = 100.0
"""Seconds for the cluster's start, a first run and the microbenchmarks, on a two-core machine."""
_ROUND_SECONDS = 40.0
"""Seconds of a round without the images: the starts of two jobs and two runs of the control."""
_PASSES_OF_ROUND = 3.0
_FIRST_PASS = 0.5
"""Number of passes over all images, in units of one core's time for one pass."""
_CAUTION = 0.9


def share_of_nodes(request: Request) -> float:
    """Return the share of a budget that is reserved for this part."""
    if NODES not in request.parts or _lacking():
        return 0.0
    return 1.0 if request.parts == (NODES,) else _SHARE


def measure_nodes(
    request: Request, pilot: BenchmarkSuite | None, seconds: float | None, report: Callable[[str], None]
) -> tuple[Path | None, list[LeftOut]]:
    """Measure as much as the time allows.

    Parameters
    ----------
    request : Request
        The request.
    pilot : BenchmarkSuite or None
        A short run for the engine's pace, if there is a budget.
    seconds : float or None
        Remaining time.
    report : callable
        Receives each line of progress.

    Returns
    -------
    tuple
        The results file, if any, and the parts left out.
    """
    what = "nodes: two executors against one"
    lacking = _lacking()
    if lacking:
        return None, [{"what": what, "reason": lacking}]
    count = request.count or IMAGES
    if seconds is not None and pilot is not None:
        fits = images_in(seconds, _seconds_per_image(pilot), request.forks)
        if fits < LEAST_FOR_NODES:
            return None, [{"what": what, "reason": "the budget is too short; give a larger --budget"}]
        count = min(count, fits)
    folder = images_of(request.images, request.folder, count, report)
    setup = Setup(find_images(folder, count), ModelFolder.open(request.model, _PRECISION), _HEAP)
    output = request.results(NODES)
    if _is_done(output, setup, request.forks):
        report(f"nodes: already measured, in {output}")
        return output, []
    measured = measure(
        setup,
        request.command,
        output,
        lambda line: report(f"nodes: {line}"),
        rounds=request.forks,
        listed_files=_LISTED_FILES,
        budget=Budget(seconds),
    )
    missing = request.forks - len(measured["rounds"])
    if not missing:
        return output, []
    return output, [
        {"what": f"nodes: {missing} of {request.forks} rounds", "reason": "the budget is too short"}
    ]


def _lacking() -> str:
    """Return the reason why two executors cannot have their own cores; empty if they can."""
    if not hasattr(os, "sched_getaffinity"):
        return "executors can be pinned to cores on Linux only"
    usable = len(os.sched_getaffinity(0))
    if usable < max(PROCESSORS):
        return f"two executors need two cores, and this process has {usable}"
    return ""


def _seconds_per_image(pilot: BenchmarkSuite) -> float:
    """Return the seconds of one core for an image, from the engine's speed on all cores."""
    runs = [run for row in pilot["benchmarks"] if row["backend"] == "vitscale" for run in row["runs"]]
    slowest = min((run_rate(run) for run in runs), default=1.0)
    return pilot["environment"]["cpu_count"] / slowest


def images_in(seconds: float, per_image: float, rounds: int) -> int:
    """Return the number of images that fit into a time, given one core's seconds for an image."""
    left = seconds * _CAUTION - _ONCE_SECONDS - rounds * _ROUND_SECONDS
    return max(0, int(left / (per_image * (_FIRST_PASS + rounds * _PASSES_OF_ROUND))))


def _is_done(path: Path, setup: Setup, rounds: int) -> bool:
    """Tell whether the file has the same work on the same machine with the same versions."""
    try:
        earlier = load(path)
    except ResultsError:
        return False
    return (
        earlier["workload"] == workload(setup)
        and earlier["environment"] == environment()
        and len(earlier["rounds"]) >= rounds
    )
