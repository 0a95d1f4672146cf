"""Measurement and estimate in words, and both as a page."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from vitscale.report import units
from vitscale.report.shell import render_page
from vitscale.scaling import results
from vitscale.scaling.calibration import Calibration
from vitscale.scaling.chart import duration, estimate_chart
from vitscale.scaling.results import Document
from vitscale.scaling.simulation import DRAWS, Estimate
from vitscale.scaling.validation import Check


def measured_lines(measured: Document, checks: Sequence[Check]) -> list[str]:
    """Return what was measured, and how well the simulation finds it again."""
    work, machine = measured["workload"], measured["environment"]
    count = units.plural(len(measured["rounds"]), "round")
    listing = measured["listing"]
    lines = [
        f"{work['model']} with {work['weights']} weights, {work['precision']}, {work['files']:,} images, "
        f"{count}; {machine['cpu_count']} cores of {machine['cpu']}."
    ]
    names = {
        "job": "from the first task to the last commit",
        "command": "of the whole command, with starting Spark",
        "cores": "of the cores' own work, which is what they take from each other",
    }
    for name, what in names.items():
        one = results.efficiency(measured, name)
        ends = f", 95 % interval {one.ci['low']:.3f} to {one.ci['high']:.3f}" if one.ci else ""
        lines.append(f"Two executors give {one.median:.3f} of twice one{ends}: {what}.")
    grown = listing["peak_memory_bytes"] - listing["peak_memory_bytes_of_one"]
    lines.append(
        f"Listing {listing['files']:,} small files took {duration(listing['seconds'])}, "
        f"{units.number(listing['files'] / listing['seconds'])} a second, and {units.size(max(0, grown))} "
        "of memory more than one file."
    )
    for check in checks:
        lines.append(
            f"{units.plural(check.estimate.fleet.nodes, 'executor')}: the simulation gives "
            f"{duration(check.estimate.median)} ({duration(check.estimate.low)} to "
            f"{duration(check.estimate.high)}), measured {duration(check.measured)}, {check.error:+.1%}."
        )
    return lines


def assumption_lines(calibration: Calibration, cores: int) -> list[str]:
    """Return what the estimate rests on."""
    spread = f"{calibration.task_spread:.0%}"
    beside = f"{min(calibration.side_by_side):.2f} to {max(calibration.side_by_side):.2f}"
    return [
        f"Nobody ran this: {DRAWS} simulated runs for each point, the band from percentile 5 to 95.",
        f"Nodes of {cores} cores, each as fast as those measured: {calibration.seconds_per_image:.3f} s an "
        f"image, tasks scatter by {spread}. Other processors shift every line up or down; measure one of "
        "yours with `vitscale scaling`.",
        f"Cores beside others run at {beside} of their speed alone, as two of them did; a processor whose "
        "memory is shared by more may lose more, which the bands do not show.",
        f"One driver lists {calibration.listing_rate:,.0f} files a second and hands out a task in "
        f"{1000 * calibration.dispatch:.1f} ms; an executor is there after "
        f"{fmean(calibration.executor_start):.1f} s, ready {fmean(calibration.executor_ready):.1f} s later. "
        "Machines that must be booted come on top.",
        "Files are read as fast as here, from a local disk; a slow object store is not in it, nor are nodes "
        "that fail.",
    ]


def scaling_page(
    measured: Document,
    checks: Sequence[Check],
    estimates: Sequence[Estimate],
    price_per_hour: float | None = None,
) -> str:
    """Return one HTML page that needs no network."""
    return render_page(
        "scaling.html",
        measured=measured_lines(measured, checks),
        assumptions=assumption_lines(results.calibration(measured), estimates[0].fleet.cores),
        figure=estimate_chart(estimates, price_per_hour),
    )
