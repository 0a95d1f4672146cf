"""The figures in all formats of the report: one row for each backend with its options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vitscale.report.agreement import agreement_of
from vitscale.report.naming import label
from vitscale.report.ratio import Ratio, paired
from vitscale.report.row import Cell, Row
from vitscale.results.schema import BenchmarkSuite

REFERENCE = "huggingface"
"""Default reference, unless the results have another one."""


@dataclass(frozen=True)
class Summary:
    """All rows, the fastest first and those without figures last.

    Attributes
    ----------
    results : BenchmarkSuite
        The results.
    rows : tuple of Row
        One for each backend with its options; the control is not among them.
    reference : Row or None
        The backend that the others are compared with, if it was measured.
    tuned : Row or None
        The fastest variant of the reference, if that is not the reference itself.
    control : Ratio or None
        The reference against itself: its difference from 1 is this machine's noise.
    """

    results: BenchmarkSuite
    rows: tuple[Row, ...]
    reference: Row | None
    tuned: Row | None
    control: Ratio | None

    @property
    def measured(self) -> tuple[Row, ...]:
        """Rows with figures."""
        return tuple(row for row in self.rows if row.best)

    @property
    def failed_cells(self) -> list[tuple[Row, Cell]]:
        """Cells without figures."""
        return [(row, cell) for row in self.rows for cell in row.cells if cell.problem]

    @property
    def is_single_stream(self) -> bool:
        """Whether the scenario is single-stream."""
        return self.results["workload"]["scenario"] == "single-stream"

    @property
    def reference_name(self) -> str:
        """Name of the reference for the reader, measured or not."""
        return self.reference.label if self.reference else REFERENCE


def summarise_results(results: BenchmarkSuite) -> Summary:
    """Return the summary of results."""
    groups: dict[str, list[Cell]] = {}
    for index, benchmark in enumerate(results["benchmarks"]):
        if not benchmark.get("control"):
            groups.setdefault(label(benchmark), []).append(Cell(index, benchmark))
    rows = [
        Row(
            label=name,
            cells=tuple(sorted(cells, key=lambda cell: cell.batch_size)),
            agreement=agreement_of(cells[0].benchmark, results),
        )
        for name, cells in groups.items()
    ]
    compared = [Ratio.of(index, one) for index, one in enumerate(results.get("comparisons", []))]
    control = next((one for one in compared if one.is_control), None)
    bases = list(dict.fromkeys(one.reference for one in compared))
    reference = _find(rows, bases[0] if bases else REFERENCE)
    tuned = _find(rows, bases[1]) if len(bases) > 1 else None
    if reference:
        rows = [replace(row, ratio=_ratio(row, reference, compared, control)) for row in rows]
    if tuned:
        rows = [replace(row, tuned_ratio=_ratio(row, tuned, compared, control)) for row in rows]
    rows.sort(key=lambda row: (-row.rate["median"] if row.rate else 1.0, row.label))
    return Summary(
        results=results,
        rows=tuple(rows),
        reference=_find(rows, reference.notation) if reference else None,
        tuned=_find(rows, tuned.notation) if tuned else None,
        control=control,
    )


def ratio_between(row: Row, base: Row, control: Ratio | None) -> Ratio | None:
    """Return the ratio of two rows of one run at their best batch sizes, from the raw values of forks."""
    if row.best is None or base.best is None:
        return None
    found = paired(row.best.benchmark, base.best.benchmark)
    if found is None:
        return None
    return Ratio(
        row.notation,
        base.notation,
        median=found.median,
        row_id=f"{row.best.row_id} / {base.best.row_id}",
        ci=found.ci,
        verdict=found.judge(control.ci if control else None),
        rounds=found.forks,
    )


def _ratio(row: Row, base: Row, compared: Sequence[Ratio], control: Ratio | None) -> Ratio | None:
    """Return the ratio in the results, else the ratio of the raw values."""
    if row.notation == base.notation and row.best:
        return Ratio(row.notation, base.notation, 1.0, row.best.row_id)
    for one in compared:
        if (one.backend, one.reference) == (row.notation, base.notation) and not one.is_control:
            return one
    return ratio_between(row, base, control)


def _find(rows: Sequence[Row], name: str) -> Row | None:
    """Return the row of a notation; of the faster device if it ran on two."""
    plain = [row for row in rows if row.notation == name]
    return max(plain, key=lambda row: row.rate["median"] if row.rate else -1.0, default=None)
