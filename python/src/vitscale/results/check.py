"""Can a measurement be believed? What speaks against it, and what to do about that.

The idea is pyperf's ``check``; the thresholds are ours and stand below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from vitscale.results.notation import notation
from vitscale.results.schema import Benchmark, BenchmarkSuite, Run
from vitscale.results.stats import MIN_FORKS, SWEEP, measurements, rate

WIDEST_INTERVAL = 0.05
"""Half the width of an interval, as a share of its median."""
LARGEST_MAD = 0.05
"""Median absolute deviation of iterations, as a share of their median."""
SLOWEST_FIRST = 0.9
"""Speed of a fork's first measured pass against the median of its later ones."""
MOST_OTHER_LOAD = 0.1
"""Share of the processors that something else may take."""
MLPERF_SECONDS = 600
"""MLPerf's rule: a run lasts at least so long (MLPerf Inference rules, "run duration")."""


@dataclass(frozen=True)
class Finding:
    """Something that speaks against a figure.

    Attributes
    ----------
    where : str
        What it concerns.
    what : str
        What was found, with figures.
    remedy : str
        What to do.
    is_unstable : bool
        Whether the figure cannot be believed; otherwise it is only to be known.
    """

    where: str
    what: str
    remedy: str
    is_unstable: bool = True

    def __str__(self) -> str:
        """Return the finding for people."""
        return f"{'unstable' if self.is_unstable else 'note'}: {self.where}: {self.what}. {self.remedy}"


def check(results: BenchmarkSuite) -> list[Finding]:
    """Return everything that speaks against results, the worst first."""
    findings = [
        finding
        for row in results["benchmarks"]
        for finding in (_failed(row) if row["error"] else _scattered(row))
    ]
    findings += _noise(results)
    findings += _short(results)
    return sorted(findings, key=lambda finding: not finding.is_unstable)


def _failed(row: Benchmark) -> Iterator[Finding]:
    error = row["error"]
    if error:
        first_line = error["message"].partition("\n")[0]
        yield Finding(
            cell_name(row), f"failed: {first_line}", "The results have the whole reason.", is_unstable=False
        )


def _scattered(row: Benchmark) -> Iterator[Finding]:
    """Look at cells that were measured in rounds; a sweep only has to find the best batch size."""
    forks = [run for run in row["runs"] if run.get("fork", SWEEP)]
    figures = row["samples_per_sec"]
    if not forks or figures is None:
        return
    name, middle = cell_name(row), figures["median"]
    if len(forks) < MIN_FORKS:
        yield Finding(
            name,
            f"{len(forks)} {'fork gives' if len(forks) == 1 else 'forks give'} no interval",
            f"Give --forks {MIN_FORKS} or more.",
        )
    found = figures.get("ci")
    if found and (found["high"] - found["low"]) / 2 > WIDEST_INTERVAL * middle:
        yield Finding(
            name,
            f"its interval is {found['low']:.3g} to {found['high']:.3g} images/s, more than "
            f"{WIDEST_INTERVAL:.0%} to either side",
            f"Give --forks {2 * len(forks)}: what was measured is kept.",
        )
    if figures["mad"] > LARGEST_MAD * middle:
        yield Finding(
            name,
            f"iterations scatter by {figures['mad'] / middle:.0%} (MAD)",
            "Close other programs, or let each process measure longer: --min-seconds 60.",
        )
    yield from _warming_up(name, forks)
    yield from _disturbed(name, forks)


def _warming_up(name: str, forks: list[Run]) -> Iterator[Finding]:
    speeds = [[rate(one) for one in measurements(run)] for run in forks]
    ratios = [first / median(later) for first, *later in speeds if later]
    if ratios and median(ratios) < SLOWEST_FIRST:
        yield Finding(
            name,
            f"the first measured pass has {median(ratios):.0%} of the later ones' speed",
            "Warm up longer: double --warmup-images.",
        )


def _disturbed(name: str, forks: list[Run]) -> Iterator[Finding]:
    loads = [
        run["other_cpu_seconds"] / run["wall_seconds"]
        for run in forks
        if "other_cpu_seconds" in run and run.get("wall_seconds")
    ]
    if loads and max(loads) > MOST_OTHER_LOAD:
        yield Finding(
            name,
            f"something else took up to {max(loads):.2f} processors meanwhile",
            "Stop other work on this machine, or its neighbours on the same host, and measure with --fresh.",
        )


def _noise(results: BenchmarkSuite) -> Iterator[Finding]:
    for row in results.get("comparisons", []):
        found = row["ci"]
        if row["control"] and found and not found["low"] <= 1 <= found["high"]:
            yield Finding(
                f"{row['backend']} against itself",
                f"the ratio's interval is {found['low']:.3f} to {found['high']:.3f} and should hold 1",
                "The machine drifts: measure more forks while it is idle. Ratios in this reach show nothing.",
            )


def _short(results: BenchmarkSuite) -> Iterator[Finding]:
    totals = {
        cell_name(row): sum(one["seconds"] for run in row["runs"] for one in measurements(run))
        for row in results["benchmarks"]
        if row["samples_per_sec"] and any(run.get("fork", SWEEP) for run in row["runs"])
    }
    if totals and min(totals.values()) < MLPERF_SECONDS:
        name = min(totals, key=lambda one: totals[one])
        yield Finding(
            name,
            f"{totals[name]:.0f} s were measured; a full run lasts {MLPERF_SECONDS} s (MLPerf's rule) "
            "or the whole image set",
            "For a figure to publish, give --min-seconds or more images.",
            is_unstable=False,
        )


def cell_name(row: Benchmark) -> str:
    """Return what findings call a cell."""
    backend = notation(row["backend"], row["options"])
    control = " (control)" if row.get("control") else ""
    return f"{backend}, batch size {row['batch_size']}{control}"
