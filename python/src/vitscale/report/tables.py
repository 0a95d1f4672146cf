"""The summary as a table of texts for the page, for Markdown and for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vitscale.report.ratio import Ratio
from vitscale.report.row import Row
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import Interval


class Entry(NamedTuple):
    """A figure, and a note beside it: its interval."""

    text: str
    note: str = ""

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.text} ({self.note})" if self.note else self.text


@dataclass(frozen=True)
class Column:
    """A column of the summary.

    Attributes
    ----------
    title : str
        Its heading.
    entry : callable
        Returns the entry of a row.
    is_minor : bool
        Whether a narrow terminal omits it.
    is_text : bool
        Whether it holds words, not figures.
    """

    title: str
    entry: Callable[[Row], Entry]
    is_minor: bool = False
    is_text: bool = False


def columns_of(summary: Summary) -> list[Column]:
    """Return the columns of a summary, backend and agreement first."""
    speed = _LATENCY if summary.is_single_stream else _THROUGHPUT
    versus = f"vs {summary.reference_name}"
    columns = [*_WHO, *speed]
    columns.append(Column(versus, lambda row: _ratio(row.ratio)))
    if summary.tuned:
        title = f"vs tuned {summary.tuned.backend}"
        columns.append(Column(title, lambda row: _ratio(row.tuned_ratio), is_minor=True))
    if any(row.ratio and row.ratio.rounds for row in summary.rows):
        columns.append(Column("verdict", _verdict, is_text=True))
    return [*columns, *_COSTS]


def summary_entries(summary: Summary) -> list[list[Entry]]:
    """Return the rows of the summary."""
    columns = columns_of(summary)
    return [[column.entry(row) for column in columns] for row in summary.rows]


def failures_by_image(rows: Sequence[Row]) -> dict[tuple[str, str], list[str]]:
    """Return image and reason -> the backends in which it failed, images by name."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for failure in row.failed:
            found.setdefault((failure["file"], failure["reason"]), []).append(row.label)
    return dict(sorted(found.items()))


def _rate(row: Row) -> Entry:
    return Entry(units.number(row.rate["median"]), units.spread(row.rate)) if row.rate else Entry(units.NONE)


def _ratio(ratio: Ratio | None) -> Entry:
    return ratio_entry(ratio.median, ratio.ci) if ratio else Entry(units.NONE)


def ratio_entry(ratio: float | None, ci: Interval | None) -> Entry:
    """Return a ratio with its interval."""
    return Entry(units.ratio(ratio), units.ratio_interval(ci))


def _verdict(row: Row) -> Entry:
    return Entry(row.ratio.verdict if row.ratio and row.ratio.rounds else units.NONE)


def _latency(row: Row, percentile: str) -> Entry:
    return Entry(units.number(row.latency[percentile] if row.latency else None))  # type: ignore[literal-required]


def _seconds(value: float | None) -> Entry:
    return Entry(units.NONE if value is None else f"{value:,.1f} s")


_WHO = (
    Column("backend", lambda row: Entry(row.label), is_text=True),
    Column("agreement", lambda row: Entry(row.agreement.verdict.marked), is_text=True),
)

_THROUGHPUT = (
    Column("batch size", lambda row: Entry(str(row.best.batch_size) if row.best else "failed")),
    Column("images/s", _rate),
)

_LATENCY = (
    Column("p50 ms", lambda row: _latency(row, "p50") if row.best else Entry("failed")),
    Column("p90 ms", lambda row: _latency(row, "p90")),
    Column("p99 ms", lambda row: _latency(row, "p99")),
    Column("images/s", _rate, is_minor=True),
)

_COSTS = (
    Column("peak memory", lambda row: Entry(units.mebibytes(row.peak_memory_bytes)), is_minor=True),
    Column("CPU time", lambda row: _seconds(row.cpu_seconds), is_minor=True),
    Column("load", lambda row: _seconds(row.load_seconds), is_minor=True),
    Column("failed", lambda row: Entry(str(len(row.failed)) if row.best else units.NONE)),
)
