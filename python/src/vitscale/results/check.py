"""Checks whether results are stable enough to trust: problems, and what to do about them.

The idea is pyperf's ``check``; the thresholds below are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from vitscale.results.notation import notation
from vitscale.results.schema import Benchmark, BenchmarkSuite, Run
from vitscale.results.stats import MIN_FORKS, MLPERF_SECONDS, SWEEP, measurements, rate

WIDEST_INTERVAL = 0.05
"""Largest half width of an interval, as a share of its median."""
LARGEST_MAD = 0.05
"""Largest median absolute deviation of iterations, as a share of their median."""
SLOWEST_FIRST = 0.9
"""Smallest speed of a fork's first measured iteration, as a share of the median of its later ones."""
MOST_OTHER_LOAD = 0.1
"""CPU cores that other programs may use on average."""


@dataclass(frozen=True)
class Finding:
    """A reason not to trust a figure.

    Attributes
    ----------
    where : str
        The benchmark or comparison.
    problem : str
        What was found, in words that are the same for every benchmark with this problem.
    figures : str
        The values found; empty where there are none.
    remedy : str
        What to do.
    is_unstable : bool
        Whether the figure is too unstable to use; otherwise the finding is a note.
    """

    where: str
    problem: str
    figures: str
    remedy: str
    is_unstable: bool = True

    @property
    def what(self) -> str:
        """The problem with its figures."""
        return f"{self.problem}: {self.figures}" if self.figures else self.problem

    def __str__(self) -> str:
        """Return the finding in one line."""
        return f"{'unstable' if self.is_unstable else 'note'}: {self.where}: {self.what}. {self.remedy}"


def check(results: BenchmarkSuite) -> list[Finding]:
    """Return all findings, those about unstable figures first."""
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
            cell_name(row),
            "failed",
            first_line,
            "The results file has the whole reason.",
            is_unstable=False,
        )


def _scattered(row: Benchmark) -> Iterator[Finding]:
    """Check benchmarks that were measured in rounds; a sweep only has to find the best batch size."""
    forks = [run for run in row["runs"] if run.get("fork", SWEEP)]
    figures = row["samples_per_sec"]
    if not forks or figures is None:
        return
    name, middle = cell_name(row), figures["median"]
    if len(forks) < MIN_FORKS:
        yield Finding(
            name,
            "there are too few forks for an interval",
            f"{len(forks)} {'fork' if len(forks) == 1 else 'forks'}",
            f"Use --forks {MIN_FORKS} or more.",
        )
    found = figures.get("ci")
    if found and (found["high"] - found["low"]) / 2 > WIDEST_INTERVAL * middle:
        yield Finding(
            name,
            f"the 95 % interval is wider than {WIDEST_INTERVAL:.0%} to either side",
            f"{found['low']:.3g} to {found['high']:.3g} images/s",
            f"Use --forks {2 * len(forks)}; the command keeps the forks that it has.",
        )
    if figures["mad"] > LARGEST_MAD * middle:
        yield Finding(
            name,
            f"the iterations scatter by more than {LARGEST_MAD:.0%} (median absolute deviation)",
            f"{figures['mad'] / middle:.1%}",
            "Close other programs, or measure longer in each process: --min-seconds 60.",
        )
    yield from _warming_up(name, forks)
    yield from _disturbed(name, forks)


def _warming_up(name: str, forks: list[Run]) -> Iterator[Finding]:
    speeds = [[rate(one) for one in measurements(run)] for run in forks]
    ratios = [first / median(later) for first, *later in speeds if later]
    if ratios and median(ratios) < SLOWEST_FIRST:
        yield Finding(
            name,
            "the first measured iteration is slower than the later ones",
            f"{median(ratios):.0%} of their speed",
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
            "other programs used the CPU during the measurement",
            f"up to {max(loads):.2f} cores",
            "Stop other programs on this machine or on its host, and measure again with --fresh.",
        )


def _noise(results: BenchmarkSuite) -> Iterator[Finding]:
    for row in results.get("comparisons", []):
        found = row["ci"]
        if row["control"] and found and not found["low"] <= 1 <= found["high"]:
            yield Finding(
                f"{row['backend']} against itself",
                "the interval of this ratio should contain 1",
                f"{found['low']:.3f} to {found['high']:.3f}",
                "The machine drifts: measure more forks while it is idle. Ratios in this range show nothing.",
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
            f"the shortest run is below {MLPERF_SECONDS} s (MLPerf's rule)",
            f"{totals[name]:.0f} s",
            "Before you publish the figure, measure longer (--min-seconds) or with more images.",
            is_unstable=False,
        )


def cell_name(row: Benchmark) -> str:
    """Return the name of a benchmark in findings."""
    backend = notation(row["backend"], row["options"])
    control = " (control)" if row.get("control") else ""
    return f"{backend}, batch size {row['batch_size']}{control}"
