"""The figures of measured iterations: medians, intervals, percentiles, and ratios of two backends.

The unit of every interval is the fork, a fresh process: iterations of one process are correlated, so they do
not show the variation between processes (Kalibera and Jones, "Rigorous Benchmarking in Reasonable Time", ISMM
2013).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np

from vitscale.results.schema import Benchmark, Interval, Iteration, Latency, Run, Statistics, Verdict

SWEEP = 0
"""Fork number of the process of the sweep; the forks of the rounds count from 1."""
CONFIDENCE = 0.95
MIN_FORKS = 3
"""Smallest number of forks for an interval by resampling."""
MLPERF_SECONDS = 600
"""Minimum duration of a run that does not use the whole set (MLPerf Inference rules, section "Scenarios",
column "Duration")."""
_RESAMPLES = 9999


def median_interval(values: Sequence[float], seed: int = 0) -> tuple[float, float] | None:
    """Return the 95 % confidence interval of the median, by percentile bootstrap.

    Parameters
    ----------
    values : sequence of float
        One value for each fork.
    seed : int
        Seed of the resampling: the same values give the same interval.

    Returns
    -------
    tuple of float, or None
        Low and high end; None with fewer than three values. With few values the interval is close to their
        range.
    """
    if len(values) < MIN_FORKS:
        return None
    return _bootstrap([values], np.median, seed)


def ratio_interval(above: Sequence[float], below: Sequence[float], seed: int = 0) -> Interval | None:
    """Return the 95 % confidence interval of a ratio of medians of two samples that are not paired.

    Parameters
    ----------
    above, below : sequence of float
        One value for each fork; each sample is resampled separately.
    seed : int
        Seed of the resampling.

    Returns
    -------
    Interval or None
        None if either has fewer than three values.
    """
    if min(len(above), len(below)) < MIN_FORKS:
        return None
    low, high = _bootstrap([above, below], _ratio_of_medians, seed)
    return {"low": low, "high": high}


def _ratio_of_medians(above: Any, below: Any, axis: int = -1) -> Any:
    return np.median(above, axis=axis) / np.median(below, axis=axis)


def _bootstrap(
    samples: Sequence[Sequence[float]], statistic: Callable[..., Any], seed: int
) -> tuple[float, float]:
    from scipy.stats import bootstrap  # its import takes a second, and most commands do not need it

    found = bootstrap(
        tuple(np.asarray(sample, dtype=float) for sample in samples),
        statistic,
        confidence_level=CONFIDENCE,
        n_resamples=_RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)


def interval(values: Sequence[float], seed: int = 0) -> Interval | None:
    """Return :func:`median_interval` in the form of the results schema."""
    ends = median_interval(values, seed)
    return None if ends is None else {"low": ends[0], "high": ends[1]}


def summarise(forks: Sequence[Sequence[float]]) -> Statistics:
    """Return the figures of all iterations in the form of the results schema.

    Parameters
    ----------
    forks : sequence of sequence of float
        The values of each fork's measured iterations; at least one in each.

    Notes
    -----
    ``median`` is the median over forks of each fork's median, and ``ci`` its interval; ``mad`` is the median
    absolute deviation of all iterations from it, unscaled.
    """
    medians = [median(values) for values in forks]
    middle = median(medians)
    values = [value for fork in forks for value in fork]
    return {
        "median": middle,
        "mad": median(abs(value - middle) for value in values),
        "min": min(values),
        "max": max(values),
        "count": len(values),
        "ci": interval(medians),
    }


def percentiles(latencies_ms: Sequence[float]) -> Latency:
    """Return percentiles of query latencies in milliseconds, interpolated linearly (NumPy's default)."""
    p50, p90, p99 = np.percentile(latencies_ms, [50, 90, 99])
    return {
        "p50": float(p50),
        "p90": float(p90),
        "p99": float(p99),
        "min": min(latencies_ms),
        "max": max(latencies_ms),
        "count": len(latencies_ms),
    }


def with_figures(benchmark: dict[str, Any]) -> dict[str, Any]:
    """Return a benchmark whose figures are computed from the raw values of its runs.

    The figures are images per second; milliseconds a batch, an iteration's time divided by its number of
    batches; and latencies if queries were timed one by one. If there are forks after the sweep, the sweep's
    fork does not count: it selected the best batch size, and a selected maximum is biased upwards.
    """
    forks = [measured for run in counted_runs(benchmark["runs"]) if (measured := measurements(run))]
    if not forks or benchmark["error"]:
        return {**benchmark, "samples_per_sec": None, "step_time_ms": None}
    size = benchmark["batch_size"]
    figures: dict[str, Any] = {
        "samples_per_sec": summarise([[rate(one) for one in fork] for fork in forks]),
        "step_time_ms": summarise(
            [[1000 * one["seconds"] / -(-one["images"] // size) for one in fork] for fork in forks]
        ),
    }
    latencies = [ms for fork in forks for one in fork for ms in one.get("latencies_ms", [])]
    if latencies:
        figures["latency_ms"] = percentiles(latencies)
    return {**benchmark, **figures}


def measurements(run: Run) -> list[Iteration]:
    """Return a run's measured iterations that predicted at least one image."""
    return [one for one in run["iterations"] if one["phase"] == "measurement" and one["images"]]


def rate(iteration: Iteration) -> float:
    """Return images per second."""
    return iteration["images"] / iteration["seconds"]


def run_rate(run: Run) -> float:
    """Return images per second of a run: the median of its measured iterations."""
    return median(rate(one) for one in measurements(run))


def rates_by_fork(benchmark: Benchmark) -> dict[int, float]:
    """Return images per second by fork: of the rounds, or of the sweep if there are no rounds.

    A failed cell has no rates.
    """
    if benchmark["error"]:
        return {}
    rates = {run.get("fork", SWEEP): run_rate(run) for run in benchmark["runs"] if measurements(run)}
    return {fork: rate for fork, rate in rates.items() if fork != SWEEP} or rates


def counted_runs(runs: Sequence[Run]) -> Sequence[Run]:
    """Return the runs behind a cell's figures: those of the rounds, or of the sweep without rounds."""
    return [run for run in runs if run.get("fork", SWEEP)] or runs


def verdict(ratio: Interval | None, noise: Interval | None) -> Verdict:
    """Return the verdict on a ratio of two backends' speeds.

    Parameters
    ----------
    ratio : Interval or None
        Interval of the ratio; None with too few forks.
    noise : Interval or None
        Interval of the reference against itself; a ratio inside it shows no difference.
    """
    if ratio is None:
        return "too few forks"
    reach_low = min(1.0, noise["low"]) if noise else 1.0
    reach_high = max(1.0, noise["high"]) if noise else 1.0
    if ratio["low"] > reach_high:
        return "faster"
    if ratio["high"] < reach_low:
        return "slower"
    return "no measurable difference"
