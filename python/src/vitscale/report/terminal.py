"""The results on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vitscale.bench.schema import BenchmarkSuite, Parity
from vitscale.report.agreement import Verdict, judge
from vitscale.report.headline import headline
from vitscale.report.summary import Row, summarise_results
from vitscale.report.tables import COLUMNS, summary_cells

_COLOURS = {
    Verdict.EQUAL: "green",
    Verdict.SAME_LABELS: "cyan",
    Verdict.DIFFERS: "bold red",
    Verdict.NOT_COMPARED: "yellow",
}

_HEADINGS = {
    "best batch": "batch",
    "vs huggingface": "ratio",
    "peak memory": "memory",
    "failed images": "failed",
}
"""Shorter names of columns: a terminal is narrow."""

_WIDE = 120
_LEFT_OUT = frozenset({"range", "ms/batch", "peak memory", "load"})
"""Columns that a terminal narrower than ``_WIDE`` has no room for."""

_MOST_FAILURES = 10


def print_summary(results: BenchmarkSuite, console: Console) -> None:
    """Print the summary table, what failed, and the headline."""
    summary = summarise_results(results)
    shown = [number for number, name in enumerate(COLUMNS) if console.width >= _WIDE or name not in _LEFT_OUT]
    rows = [[summary_cells(row)[number] for number in shown] for row in summary.rows]
    verdicts = [row.agreement.verdict for row in summary.rows]
    console.print(
        _table([_HEADINGS.get(COLUMNS[number], COLUMNS[number]) for number in shown], rows, verdicts)
    )
    for row, cell in summary.failed_cells:
        console.print(Text.assemble((f"{row.label}, batch size {cell.batch_size}: ", "red"), cell.problem))
    failures = list(_failures(summary.rows).items())
    for name, labels in failures[:_MOST_FAILURES]:
        console.print(Text.assemble((name, "yellow"), f" ({', '.join(labels)})"))
    if len(failures) > _MOST_FAILURES:
        console.print(Text(f"and {len(failures) - _MOST_FAILURES} more: the results name them all", "yellow"))
    said = headline(summary)
    for text, style in (
        (said.speed, "bold"),
        (said.agreement, "bold red" if said.is_doubtful else "green"),
        (said.weights, "dim"),
    ):
        if text:
            console.print(Text(text, style))


def print_parity(rows: Sequence[Parity], console: Console) -> None:
    """Print what a comparison of backends found."""
    verdicts = [judge(row).verdict for row in rows]
    columns = ("backend", "reference", "images", "top-1", "logits", "pixels", "off", "verdict")
    cells = [
        [
            row["backend"],
            row["reference"],
            str(row["images"]),
            f"{row['top1_agreement']:.1%}",
            f"{row['max_logit_difference']:.2g}",
            str(row["max_pixel_difference"]),
            f"{row['differing_pixels']:.2%}",
            f"{verdict.mark} {verdict.value}",
        ]
        for row, verdict in zip(rows, verdicts, strict=True)
    ]
    console.print(_table(columns, cells, verdicts))


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], verdicts: Sequence[Verdict]) -> Table:
    """Return a table in which only names of backends may wrap, and whose last column has a colour."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        is_outer = number in (0, len(columns) - 1)
        longest = max((len(row[number]) for row in rows), default=1) if number else None
        table.add_column(column, justify="left" if is_outer else "right", min_width=longest, overflow="fold")
    for (*cells, last), verdict in zip(rows, verdicts, strict=True):
        table.add_row(*map(Text, cells), Text(last, _COLOURS.get(verdict, "")))
    return table


def _failures(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return each failed image with its reason -> the rows that it failed in."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for failure in row.failed:
            found.setdefault(f"{failure['file']} failed: {failure['reason']}", []).append(row.label)
    return found
