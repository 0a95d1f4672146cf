"""The figures of several measurement iterations."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any


def summarise(values: Sequence[float]) -> dict[str, float | int]:
    """Return median, MAD, minimum, maximum and count, as the results schema names them.

    Parameters
    ----------
    values : sequence of float
        At least one value.

    Notes
    -----
    ``mad`` is the median absolute deviation from the median, unscaled.
    """
    middle = median(values)
    return {
        "median": middle,
        "mad": median(abs(value - middle) for value in values),
        "min": min(values),
        "max": max(values),
        "count": len(values),
    }


def with_figures(benchmark: dict[str, Any]) -> dict[str, Any]:
    """Return a benchmark whose figures are computed from the raw values of its runs.

    Images per second, and milliseconds a batch: an iteration's time divided by its number of batches.
    """
    measured = [
        iteration
        for run in benchmark["runs"]
        for iteration in run["iterations"]
        if iteration["phase"] == "measurement" and iteration["images"]
    ]
    if not measured:
        return {**benchmark, "samples_per_sec": None, "step_time_ms": None}
    size = benchmark["batch_size"]
    return {
        **benchmark,
        "samples_per_sec": summarise([one["images"] / one["seconds"] for one in measured]),
        "step_time_ms": summarise([1000 * one["seconds"] / -(-one["images"] // size) for one in measured]),
    }
