"""What speed costs: bars of peak memory and of CPU time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vitscale.report.charts.chart import Chart, Table
from vitscale.report.charts.rows import draw_bars
from vitscale.report.row import Row
from vitscale.report.style import Style
from vitscale.report.summary import Summary
from vitscale.results import units

_MEBIBYTE = 1 << 20


def memory(summary: Summary, looks: Mapping[str, Style]) -> Chart:
    """Return bars of peak resident memory, MiB."""
    return _bars(
        _Resource(
            name="memory",
            title="Peak memory",
            note="Resident memory of all processes of the backend, MiB, at its best batch size.",
            description="Bar chart of peak resident memory, a bar for each backend.",
            field="peak_memory_bytes",
            value=lambda row: None if row.peak_memory_bytes is None else row.peak_memory_bytes / _MEBIBYTE,
            shown=lambda row: units.mebibytes(row.peak_memory_bytes),
            heading="peak memory",
            beside=("bytes", lambda row: f"{row.peak_memory_bytes:,}"),
        ),
        summary,
        looks,
    )


def processor(summary: Summary, looks: Mapping[str, Style]) -> Chart:
    """Return bars of CPU seconds."""
    return _bars(
        _Resource(
            name="processor",
            title="CPU time",
            note="CPU seconds of one process over all cores: load, warm-up and measured iterations.",
            description="Bar chart of CPU seconds, a bar for each backend.",
            field="cpu_seconds",
            value=lambda row: row.cpu_seconds,
            shown=lambda row: f"{units.number(row.cpu_seconds)} s",
            heading="CPU time",
            beside=("images in that time", _images),
        ),
        summary,
        looks,
    )


@dataclass(frozen=True)
class _Resource:
    """A resource that a backend uses.

    Attributes
    ----------
    name, title, note, description : str
        The chart's words.
    field : str
        Its field in a run.
    value : callable
        Returns the length of a backend's bar, None where it was not measured.
    shown : callable
        Returns the same as text, with its unit.
    heading : str
        Heading of that in the table.
    beside : tuple of str and callable
        Heading and text of what the table has beside it.
    """

    name: str
    title: str
    note: str
    description: str
    field: str
    value: Callable[[Row], float | None]
    shown: Callable[[Row], str]
    heading: str
    beside: tuple[str, Callable[[Row], str]]


def _bars(resource: _Resource, summary: Summary, looks: Mapping[str, Style]) -> Chart:
    measured = [(row, resource.value(row)) for row in summary.measured]
    found = [(row, value) for row, value in measured if value is not None]
    rows = [row for row, _ in found]
    shown = [resource.shown(row) for row in rows]
    heading, beside = resource.beside
    return Chart(
        name=resource.name,
        title=resource.title,
        note=resource.note,
        description=resource.description,
        draw=lambda width: draw_bars(width, rows, [value for _, value in found], shown, looks),
        table=Table(
            ("backend", resource.heading, heading, "batch size"),
            [(row.label, figure, beside(row), _batch(row)) for row, figure in zip(rows, shown, strict=True)],
            [_path(row, resource.field) for row in rows],
        ),
    )


def _images(row: Row) -> str:
    counts = sorted({sum(one["images"] for one in run["iterations"]) for run in row.runs})
    return f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"


def _batch(row: Row) -> str:
    assert row.best
    return str(row.best.batch_size)


def _path(row: Row, field: str) -> str:
    assert row.best
    return f"{row.best.row_id}.runs[*].{field}"
