"""Ratios of two backends' speeds: from the results, or computed from raw values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from vitscale.results.schema import Benchmark, Comparison, Interval, Verdict
from vitscale.results.stats import interval, rates_by_fork, ratio_interval, verdict


@dataclass(frozen=True)
class Ratio:
    """Images per second of one backend as a multiple of another's, each at its best batch size.

    Attributes
    ----------
    backend, reference : str
        In the results' notation.
    median : float
        Median over rounds.
    row_id : str
        Path in the results, of the ratio or of the two rows behind it.
    ci : Interval or None
        95 % interval; None with too few rounds.
    verdict : str
        Verdict of the interval; ``"too few forks"`` without one.
    rounds : int
        Number of forks of each backend.
    is_control : bool
        Whether it compares the reference with itself.
    """

    backend: str
    reference: str
    median: float
    row_id: str
    ci: Interval | None = None
    verdict: Verdict = "too few forks"
    rounds: int = 0
    is_control: bool = False

    @classmethod
    def of(cls, index: int, row: Comparison) -> Ratio:
        """Return a comparison of the results."""
        return cls(
            backend=row["backend"],
            reference=row["reference"],
            median=row["median"],
            row_id=f"comparisons[{index}]",
            ci=row["ci"],
            verdict=row["verdict"],
            rounds=len(row["values"]),
            is_control=row["control"],
        )


@dataclass(frozen=True)
class Multiple:
    """A ratio of two cells' speeds: median, 95 % interval, and number of forks."""

    median: float
    ci: Interval | None
    forks: int

    def judge(self, noise: Interval | None) -> Verdict:
        """Return the verdict, given the noise of the machine."""
        return verdict(self.ci, noise)


def paired(above: Benchmark, below: Benchmark) -> Multiple | None:
    """Return the ratio of two cells of one run, fork by fork; None without common forks."""
    here, there = rates_by_fork(above), rates_by_fork(below)
    values = [here[fork] / there[fork] for fork in sorted(here.keys() & there.keys())]
    return Multiple(median(values), interval(values), len(values)) if values else None


def unpaired(above: Benchmark, below: Benchmark) -> Multiple | None:
    """Return the ratio of two cells of different runs, whose forks are independent."""
    here, there = list(rates_by_fork(above).values()), list(rates_by_fork(below).values())
    if not (here and there):
        return None
    return Multiple(median(here) / median(there), ratio_interval(here, there), min(len(here), len(there)))


def noise_reach(*controls: Interval | None) -> Interval | None:
    """Return the noise of several runs: from the lowest low to the highest high."""
    known: Sequence[Interval] = [one for one in controls if one]
    if not known:
        return None
    return {"low": min(one["low"] for one in known), "high": max(one["high"] for one in known)}
