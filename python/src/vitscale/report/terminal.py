"""The results on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vitscale.report.agreement import Verdict, judge
from vitscale.report.bottleneck import bottlenecks
from vitscale.report.headline import headline, noise_of
from vitscale.report.summary import summarise_results
from vitscale.report.tables import columns_of, failures_by_image, summary_entries
from vitscale.results.schema import BenchmarkSuite, Parity

_COLOURS = {
    Verdict.EQUAL: "green",
    Verdict.SAME_LABELS: "cyan",
    Verdict.DIFFERS: "bold red",
    Verdict.NOT_COMPARED: "yellow",
}

_WIDE = 140
"""Width of a terminal, in characters, from which on it shows all columns of the summary."""

_MOST_FAILURES = 10


def print_summary(results: BenchmarkSuite, console: Console) -> None:
    """Print the summary table, the failures and the headline."""
    summary = summarise_results(results)
    columns = columns_of(summary)
    is_wide = console.width >= _WIDE
    shown = [number for number, column in enumerate(columns) if is_wide or not column.is_minor]
    rows = [
        [str(entries[number]) if is_wide else entries[number].text for number in shown]
        for entries in summary_entries(summary)
    ]
    verdicts = [row.agreement.verdict for row in summary.rows]
    colours = [_COLOURS.get(verdict, "") for verdict in verdicts]
    titles = [columns[number].title for number in shown]
    words = frozenset({titles.index("verdict")} if "verdict" in titles else ())
    console.print(result_table(titles, rows, colours, coloured=1, words=words))
    for row, cell in summary.failed_cells:
        console.print(Text.assemble((f"{row.label}, batch size {cell.batch_size}: ", "red"), cell.problem))
    failures = list(failures_by_image(summary.rows).items())
    for (file, reason), labels in failures[:_MOST_FAILURES]:
        console.print(Text.assemble((f"{file} failed: {reason}", "yellow"), f" ({', '.join(labels)})"))
    if len(failures) > _MOST_FAILURES:
        console.print(Text(f"{len(failures) - _MOST_FAILURES} more are in the results file", "yellow"))
    for one in bottlenecks(results):
        console.print(Text(one.sentence, "dim"))
    if summary.control:
        console.print(Text(noise_of(summary.control), "dim"))
    said = headline(summary)
    for text, style in (
        (said.speed, "bold"),
        (said.agreement, "bold red" if said.is_doubtful else "green"),
        (said.weights, "dim"),
    ):
        if text:
            console.print(Text(text, style))


def print_parity(rows: Sequence[Parity], console: Console, *, random_weights: bool) -> None:
    """Print a table of comparisons.

    Parameters
    ----------
    rows : sequence of Parity
        The comparisons.
    console : Console
        Where to print.
    random_weights : bool
        Whether the model has random weights, which cannot judge lower precision.
    """
    verdicts = [judge(row, random_weights=random_weights).verdict for row in rows]
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
            verdict.marked,
        ]
        for row, verdict in zip(rows, verdicts, strict=True)
    ]
    colours = [_COLOURS.get(verdict, "") for verdict in verdicts]
    console.print(result_table(columns, cells, colours, coloured=len(columns) - 1))


def result_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    colours: Sequence[str],
    coloured: int,
    words: frozenset[int] = frozenset(),
) -> Table:
    """Return a table in which names and words may wrap, but figures do not.

    Parameters
    ----------
    columns, rows
        Headings and cells; the first column is a name.
    colours : sequence of str
        A Rich style for one cell of each row.
    coloured : int
        Column of that cell.
    words : frozenset of int
        Columns that hold sentences.
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        texts = [row[number] for row in rows]
        parts = [part for text in texts for part in text.split()] if number in words else texts
        longest = max(map(len, [*parts, *column.split()])) if number else None
        is_text = number in {0, coloured, *words}
        table.add_column(column, justify="left" if is_text else "right", min_width=longest, overflow="fold")
    for row, colour in zip(rows, colours, strict=True):
        table.add_row(*(Text(cell, colour if at == coloured else "") for at, cell in enumerate(row)))
    return table
