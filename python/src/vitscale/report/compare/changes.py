"""Finds the cells that changed between two results, beyond noise."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from vitscale.errors import UsageError
from vitscale.report.compare.answers import AnswerChange, answer_changes
from vitscale.report.compare.change import REGRESSIONS, Change, Verdict
from vitscale.report.machine import machine_differences, version_differences, workload_differences
from vitscale.report.naming import label
from vitscale.report.ratio import Multiple, noise_reach, unpaired
from vitscale.report.row import Cell
from vitscale.results.schema import Benchmark, BenchmarkSuite, Interval


@dataclass(frozen=True)
class Outcome:
    """Result of a comparison.

    Attributes
    ----------
    changes : list of Change
        All cells of both results, in the order of the new one.
    answers : list of AnswerChange
        Backends whose agreement with the reference changed.
    notes : list of str
        Other differences: versions, and with ``force`` machine and workload.
    threshold : float
        Largest loss of speed that passes, as a share.
    """

    changes: list[Change]
    answers: list[AnswerChange]
    notes: list[str]
    threshold: float

    @property
    def regressions(self) -> list[Change]:
        """Cells that became slower beyond threshold and noise, or that fail now."""
        return [change for change in self.changes if change.verdict in REGRESSIONS]

    @property
    def doubts(self) -> list[Change]:
        """Cells that lost more than the threshold, of backends with too few forks to be sure.

        A backend is judged if both results have rounds of it at one batch size. Its other sizes only have a
        sweep, which finds the best batch size and is not judged.
        """
        sure = {change.label for change in self.changes if change.ci}
        return [
            change for change in self.changes if change.drop and not change.ci and change.label not in sure
        ]

    @property
    def disagreements(self) -> list[AnswerChange]:
        """Backends that agree less than before."""
        return [change for change in self.answers if change.is_worse]

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        return {
            "threshold": self.threshold,
            "regressions": len(self.regressions),
            "doubts": len(self.doubts),
            "disagreements": len(self.disagreements),
            "changes": [asdict(change) for change in self.changes],
            "answers": [{**asdict(change), "is_worse": change.is_worse} for change in self.answers],
            "notes": self.notes,
        }


def compare_results(
    old: BenchmarkSuite, new: BenchmarkSuite, threshold: float = 0.05, *, force: bool = False
) -> Outcome:
    """Compare two results cell by cell.

    Parameters
    ----------
    old, new : BenchmarkSuite
        Results before and after.
    threshold : float
        Largest loss of images per second, as a share, that is not called slower.
    force : bool
        Whether to compare even if machine or workload differ; the differences become notes.

    Raises
    ------
    UsageError
        If machine or workload differ; the message has the differences.

    Notes
    -----
    A cell is slower if the 95 % interval of new over old is below 1 and below the noise of both controls, and
    the ratio is below 1 less the threshold.
    """
    differences = [
        *machine_differences(old["environment"], new["environment"]),
        *workload_differences(old, new),
    ]
    if differences and not force:
        raise UsageError(
            "The two results are not comparable, because they differ in "
            f"{'; '.join(differences)}. Measure both on one machine with the same model and images, or use "
            "--force."
        )
    noise = noise_reach(_control(old), _control(new))
    before, after = _cells(old), _cells(new)
    names = [*after, *(name for name in before if name not in after)]
    return Outcome(
        changes=[_change(before.get(name), after.get(name), noise, threshold) for name in names],
        answers=answer_changes(old["parity"], new["parity"]),
        notes=[*differences, *version_differences(old, new)],
        threshold=threshold,
    )


_Key = tuple[str, str, int]


def _cells(results: BenchmarkSuite) -> dict[_Key, Cell]:
    return {
        (label(row), row["device"], row["batch_size"]): Cell(index, row)
        for index, row in enumerate(results["benchmarks"])
        if not row.get("control")
    }


def _control(results: BenchmarkSuite) -> Interval | None:
    return next((row["ci"] for row in results.get("comparisons", []) if row["control"]), None)


def _change(old: Cell | None, new: Cell | None, noise: Interval | None, threshold: float) -> Change:
    known = new or old
    assert known
    found = unpaired(new.benchmark, old.benchmark) if old and new else None
    drop = found is not None and found.median < 1 - threshold
    return Change(
        label=label(known.benchmark),
        device=known.benchmark["device"],
        batch_size=known.batch_size,
        verdict=_judge(found, noise, drop) if found else _judge_missing(old, new),
        ratio=found.median if found else None,
        ci=found.ci if found else None,
        drop=drop,
        problem=new.problem if new else "",
        **_facts("old", old),
        **_facts("new", new),
    )


def _judge(found: Multiple, noise: Interval | None, drop: bool) -> Verdict:
    match found.judge(noise):
        case "too few forks":
            return Verdict.UNSURE
        case "faster":
            return Verdict.FASTER
        case "slower":
            return Verdict.SLOWER if drop else Verdict.WITHIN_THRESHOLD
    return Verdict.SAME


def _judge_missing(old: Cell | None, new: Cell | None) -> Verdict:
    if old is None:
        return Verdict.NEW
    if new is None:
        return Verdict.GONE
    if old.rate is None:
        return Verdict.MENDED if new.rate else Verdict.FAILING
    return Verdict.BROKEN


def _facts(age: str, cell: Cell | None) -> dict[str, Any]:
    if cell is None:
        return {}
    row: Benchmark = cell.benchmark
    latency = row.get("latency_ms")
    return {
        f"{age}_rate": cell.rate["median"] if cell.rate else None,
        f"{age}_p99_ms": latency["p99"] if latency else None,
        f"{age}_memory_bytes": max((run["peak_memory_bytes"] for run in row["runs"]), default=None),
        f"{age}_row": cell.row_id,
    }
