"""The measurement of the job's scaling, and the assumptions of an estimate, in words."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from vitscale.results import units
from vitscale.scaling.calibration import Calibration
from vitscale.scaling.results import Document, efficiency
from vitscale.scaling.simulation import DRAWS
from vitscale.scaling.validation import Check

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

_EFFICIENCIES = {
    "job": "Parallel efficiency of the job on two executors, first task to last commit: {}.",
    "control": "Parallel efficiency of two processes without Spark, the limit of this machine: {}.",
    "job_to_control": "The job reaches {} of that limit.",
    "job_to_engine": "The job on one executor has {} of the speed of the engine alone in one process.",
    "command": "Parallel efficiency of the whole command, with Spark's start, listing and model load: {}.",
    "cores": "Parallel efficiency of the executors' work on images alone: {}.",
}
"""Parallel efficiency: the speed of two, as a share of twice the speed of one."""


def duration(seconds: float) -> str:
    """Return a time in the unit that fits: 45 s, 12.3 min, 4.56 h, 12.1 d."""
    for limit, unit, name in ((2 * _MINUTE, 1, "s"), (2 * _HOUR, _MINUTE, "min"), (2 * _DAY, _HOUR, "h")):
        if seconds < limit:
            return f"{units.number(seconds / unit)} {name}"
    return f"{units.number(seconds / _DAY)} d"


def efficiency_lines(measured: Document) -> list[str]:
    """Return the parallel efficiencies, with 95 % intervals where there are enough rounds."""
    return [text.format(_share(measured, name)) for name, text in _EFFICIENCIES.items()]


def measured_lines(measured: Document, checks: Sequence[Check]) -> list[str]:
    """Return the measurement, and how closely the simulation predicts it."""
    work, machine = measured["workload"], measured["environment"]
    listing = measured["listing"]
    grown = max(0, listing["peak_memory_bytes"] - listing["peak_memory_bytes_of_one"])
    return [
        f"{work['model']} with {work['weights']} weights, {work['precision']}, {work['files']:,} images, "
        f"{units.plural(len(measured['rounds']), 'round')}; executors of one core each on {machine['cpu']}.",
        *efficiency_lines(measured),
        f"Listing {listing['files']:,} small files took {duration(listing['seconds'])}, "
        f"{units.number(listing['files'] / listing['seconds'])} per second, and needed {units.size(grown)} "
        "more memory than one file.",
        *(_check_line(check) for check in checks),
    ]


def assumption_lines(calibration: Calibration, cores: int) -> list[str]:
    """Return the assumptions of the estimate."""
    spread = f"{calibration.task_spread:.0%}"
    beside = f"{min(calibration.side_by_side):.2f} to {max(calibration.side_by_side):.2f}"
    return [
        f"This is a simulation, not a run: {DRAWS} draws for each point, the band from percentile 5 to 95.",
        f"Each node has {cores} cores as fast as those measured: {calibration.seconds_per_image:.3f} s an "
        f"image, with a spread of {spread} between tasks. Other CPUs shift every line up or down; measure "
        "yours with `vitscale scaling`.",
        f"A core runs at {beside} of its speed alone while other cores work, as measured with two. More "
        "cores on one memory bus may lose more; the bands do not show that.",
        f"Starting Spark, checking the model and getting executors takes {fmean(calibration.start):.1f} s; "
        f"loading the model on them takes {fmean(calibration.executor_ready):.1f} s. One driver lists "
        f"{calibration.listing_rate:,.0f} files per second and launches a task in "
        f"{1000 * calibration.dispatch:.1f} ms. The time to boot machines is not included.",
        "Files are read from a local disk as fast as here. Slow object stores and failing nodes are not "
        "included.",
    ]


def _share(measured: Document, name: str) -> str:
    one = efficiency(measured, name)
    ends = f" (95 % interval {one.ci['low']:.3f} to {one.ci['high']:.3f})" if one.ci else ""
    return f"{one.median:.3f}{ends}"


def _check_line(check: Check) -> str:
    found = check.estimate
    return (
        f"{units.plural(found.fleet.nodes, 'executor')}: the simulation predicts {duration(found.median)} "
        f"({duration(found.low)} to {duration(found.high)}), the measurement is {duration(check.measured)} "
        f"({check.error:+.1%})."
    )
