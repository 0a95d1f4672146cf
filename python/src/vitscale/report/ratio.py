"""Ratios of two backends' speeds: as the results hold them, or computed from the raw values."""

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
        Over the rounds.
    row_id : str
        Where it is in the results, or where the two are that it was computed from.
    ci : Interval or None
        Its 95 % interval, where there were rounds enough.
    verdict : str
        What that shows; ``"too few forks"`` without an interval.
    rounds : int
        Forks behind it, of each of the two.
    is_control : bool
        Whether the reference was compared with itself.
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
        """Return what the results say."""
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
    """A ratio of two cells' speeds and how sure it is: median, 95 % interval, and forks behind it."""

    median: float
    ci: Interval | None
    forks: int

    def judge(self, noise: Interval | None) -> Verdict:
        """Say what it shows, beyond the noise of the machine."""
        return verdict(self.ci, noise)


def paired(above: Benchmark, below: Benchmark) -> Multiple | None:
    """Return the ratio of two cells of one run, fork by fork; None where they share none."""
    here, there = rates_by_fork(above), rates_by_fork(below)
    values = [here[fork] / there[fork] for fork in sorted(here.keys() & there.keys())]
    return Multiple(median(values), interval(values), len(values)) if values else None


def unpaired(above: Benchmark, below: Benchmark) -> Multiple | None:
    """Return the ratio of two cells of different runs, whose forks have nothing to do with each other."""
    here, there = list(rates_by_fork(above).values()), list(rates_by_fork(below).values())
    if not (here and there):
        return None
    return Multiple(median(here) / median(there), ratio_interval(here, there), min(len(here), len(there)))


def noise_reach(*controls: Interval | None) -> Interval | None:
    """Return the reach of the noise of several runs: from the lowest low to the highest high."""
    known: Sequence[Interval] = [one for one in controls if one]
    if not known:
        return None
    return {"low": min(one["low"] for one in known), "high": max(one["high"] for one in known)}
