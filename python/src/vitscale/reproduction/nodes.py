"""The published clusters, as far as one machine goes: the job on one and on two executors of it."""

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
"""Where there is time: a minute of work for one executor in int8, three in fp32."""
LEAST_FOR_NODES = 64
"""Four of the job's first tasks for each of two executors; fewer tell how Java starts, and nothing else."""

_SHARE = 0.25
_PRECISION = "fp32"  # as published
_HEAP = "1g"
_LISTED_FILES = 20_000
_ONCE_SECONDS = 100.0
"""Starting the cluster, a first run, the probes at the end; each of a two-core machine."""
_ROUND_SECONDS = 40.0
"""Of a round, beside the images: two jobs and two runs of the control start."""
_PASSES_OF_ROUND = 3.0
_FIRST_PASS = 0.5
"""Passes over all images, in the time that one core takes for one."""
_CAUTION = 0.9


def share_of_nodes(request: Request) -> float:
    """Return the share of a budget that is kept for this part."""
    if NODES not in request.parts or _lacking():
        return 0.0
    return 1.0 if request.parts == (NODES,) else _SHARE


def measure_nodes(
    request: Request, pilot: BenchmarkSuite | None, seconds: float | None, report: Callable[[str], None]
) -> tuple[Path | None, list[LeftOut]]:
    """Measure what fits.

    Parameters
    ----------
    request : Request
        What to reproduce.
    pilot : BenchmarkSuite or None
        A short run that tells the engine's pace, where there is a budget.
    seconds : float or None
        Time that is left.
    report : callable
        Told each line of progress.

    Returns
    -------
    tuple
        The results file, if any, and what was left out.
    """
    what = "nodes: two executors against one"
    lacking = _lacking()
    if lacking:
        return None, [{"what": what, "reason": lacking}]
    count = request.count or IMAGES
    if seconds is not None and pilot is not None:
        fits = images_in(seconds, _seconds_per_image(pilot), request.forks)
        if fits < LEAST_FOR_NODES:
            return None, [{"what": what, "reason": "the budget has no time for them; give a larger --budget"}]
        count = min(count, fits)
    folder = images_of(request.images, request.folder, count, report)
    setup = Setup(find_images(folder, count), ModelFolder.open(request.model, _PRECISION), _HEAP)
    output = request.results(NODES)
    if _is_done(output, setup, request.forks):
        report(f"nodes: {output} holds them already")
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
        {"what": f"nodes: {missing} of {request.forks} rounds", "reason": "the budget has no time"}
    ]


def _lacking() -> str:
    """Return why no two executors can have a processor of their own; nothing where they can."""
    if not hasattr(os, "sched_getaffinity"):
        return "executors get processors of their own on Linux alone"
    usable = len(os.sched_getaffinity(0))
    if usable < max(PROCESSORS):
        return f"two executors need two processors, and there is {usable}"
    return ""


def _seconds_per_image(pilot: BenchmarkSuite) -> float:
    """Return what one core takes for an image, by the engine's speed on all of them."""
    runs = [run for row in pilot["benchmarks"] if row["backend"] == "vitscale" for run in row["runs"]]
    slowest = min((run_rate(run) for run in runs), default=1.0)
    return pilot["environment"]["cpu_count"] / slowest


def images_in(seconds: float, per_image: float, rounds: int) -> int:
    """Return how many images fit into a time, where one core takes so many seconds for one."""
    left = seconds * _CAUTION - _ONCE_SECONDS - rounds * _ROUND_SECONDS
    return max(0, int(left / (per_image * (_FIRST_PASS + rounds * _PASSES_OF_ROUND))))


def _is_done(path: Path, setup: Setup, rounds: int) -> bool:
    """Tell whether the same work was measured on the same machine with the same versions before."""
    try:
        earlier = load(path)
    except ResultsError:
        return False
    return (
        earlier["workload"] == workload(setup)
        and earlier["environment"] == environment()
        and len(earlier["rounds"]) >= rounds
    )
