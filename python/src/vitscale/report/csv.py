"""Raw values as CSV: a row for every iteration, warm-up included."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.machine import machine_name
from vitscale.report.naming import label
from vitscale.report.sections import Source
from vitscale.report.text_table import csv_table

_COLUMNS = (
    "results",
    "machine",
    "row",
    "backend",
    "device",
    "batch_size",
    "control",
    "run",
    "fork",
    "iteration",
    "phase",
    "images",
    "seconds",
    "images_per_second",
)


def csv_rows(source: Source) -> list[dict[str, str | int | float]]:
    """Return a row for every iteration, with its file and its path in the results."""
    results = source.results
    return [
        {
            "results": source.name,
            "machine": machine_name(results["environment"]),
            "row": f"benchmarks[{number}].runs[{position}].iterations[{iteration}]",
            "backend": label(benchmark),
            "device": benchmark["device"],
            "batch_size": benchmark["batch_size"],
            "control": int(benchmark.get("control", False)),
            "run": position,
            "fork": run.get("fork", ""),
            "iteration": iteration,
            "phase": one["phase"],
            "images": one["images"],
            "seconds": one["seconds"],
            "images_per_second": one["images"] / one["seconds"],
        }
        for number, benchmark in enumerate(results["benchmarks"])
        for position, run in enumerate(benchmark["runs"])
        for iteration, one in enumerate(run["iterations"])
    ]


def spreadsheet(sources: Sequence[Source]) -> str:
    """Return the rows of several results as comma-separated values."""
    return csv_table([row for source in sources for row in csv_rows(source)], _COLUMNS)
