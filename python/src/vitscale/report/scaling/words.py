"""What was measured of the job's scaling, and what an estimate rests on, in words."""

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
    "job": "Two executors give {} of twice one, from the first task to the last commit.",
    "control": "The engine without Spark in two processes gives {} of twice one: all that the machine can.",
    "job_to_control": "Of that the job reaches {}.",
    "job_to_engine": "The job on one executor is {} as fast as the engine alone in one process.",
    "command": "With starting Spark, listing and opening the model, two executors give {} of twice one.",
    "cores": "The executors' own work on the images alone: {}.",
}


def duration(seconds: float) -> str:
    """Return a time in the unit that fits: 45 s, 12.3 min, 4.56 h, 12.1 d."""
    for limit, unit, name in ((2 * _MINUTE, 1, "s"), (2 * _HOUR, _MINUTE, "min"), (2 * _DAY, _HOUR, "h")):
        if seconds < limit:
            return f"{units.number(seconds / unit)} {name}"
    return f"{units.number(seconds / _DAY)} d"


def efficiency_lines(measured: Document) -> list[str]:
    """Return what two processors give of twice one, with 95 % intervals where there are rounds enough."""
    return [text.format(_share(measured, name)) for name, text in _EFFICIENCIES.items()]


def measured_lines(measured: Document, checks: Sequence[Check]) -> list[str]:
    """Return what was measured, and how well the simulation finds it again."""
    work, machine = measured["workload"], measured["environment"]
    listing = measured["listing"]
    grown = max(0, listing["peak_memory_bytes"] - listing["peak_memory_bytes_of_one"])
    return [
        f"{work['model']} with {work['weights']} weights, {work['precision']}, {work['files']:,} images, "
        f"{units.plural(len(measured['rounds']), 'round')}; executors of one core each on {machine['cpu']}.",
        *efficiency_lines(measured),
        f"Listing {listing['files']:,} small files took {duration(listing['seconds'])}, "
        f"{units.number(listing['files'] / listing['seconds'])} a second, and {units.size(grown)} "
        "of memory more than one file.",
        *(_check_line(check) for check in checks),
    ]


def assumption_lines(calibration: Calibration, cores: int) -> list[str]:
    """Return what the estimate rests on."""
    spread = f"{calibration.task_spread:.0%}"
    beside = f"{min(calibration.side_by_side):.2f} to {max(calibration.side_by_side):.2f}"
    return [
        f"Nobody ran this: {DRAWS} simulated runs for each point, the band from percentile 5 to 95.",
        f"Nodes of {cores} cores, each as fast as those measured: {calibration.seconds_per_image:.3f} s an "
        f"image, tasks scatter by {spread}. Other processors shift every line up or down; measure one of "
        "yours with vitscale scaling.",
        f"Cores beside others run at {beside} of their speed alone, as two of them did; a processor whose "
        "memory is shared by more may lose more, which the bands do not show.",
        f"Starting Spark, looking at the model and getting executors takes {fmean(calibration.start):.1f} s, "
        f"opening the model on them {fmean(calibration.executor_ready):.1f} s. One driver lists "
        f"{calibration.listing_rate:,.0f} files a second and hands out a task in "
        f"{1000 * calibration.dispatch:.1f} ms. Machines that must be booted come on top.",
        "Files are read as fast as here, from a local disk; a slow object store is not in it, nor are nodes "
        "that fail.",
    ]


def _share(measured: Document, name: str) -> str:
    one = efficiency(measured, name)
    ends = f" (95 % interval {one.ci['low']:.3f} to {one.ci['high']:.3f})" if one.ci else ""
    return f"{one.median:.3f}{ends}"


def _check_line(check: Check) -> str:
    found = check.estimate
    return (
        f"{units.plural(found.fleet.nodes, 'executor')}: the simulation gives {duration(found.median)} "
        f"({duration(found.low)} to {duration(found.high)}), measured {duration(check.measured)}, "
        f"{check.error:+.1%}."
    )
