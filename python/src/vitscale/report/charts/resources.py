"""What speed costs: bars of peak memory and of CPU time."""

from __future__ import annotations

from collections.abc import Mapping

from vitscale.report.charts.chart import Chart, Table
from vitscale.report.charts.rows import draw_bars
from vitscale.report.row import Row
from vitscale.report.style import Style
from vitscale.report.summary import Summary
from vitscale.results import units

_MEBIBYTE = 1 << 20


def memory(summary: Summary, looks: Mapping[str, Style]) -> Chart:
    """Return bars of peak resident memory, MiB."""
    rows = [row for row in summary.measured if row.peak_memory_bytes is not None]
    shown = [units.mebibytes(row.peak_memory_bytes) for row in rows]
    values = [(row.peak_memory_bytes or 0) / _MEBIBYTE for row in rows]
    return Chart(
        name="memory",
        title="Peak memory",
        note="Resident memory of all processes of the backend, MiB, at its best batch size.",
        description="Bar chart of peak resident memory, a bar for each backend.",
        draw=lambda width: draw_bars(width, rows, values, shown, looks),
        table=Table(
            ("backend", "peak memory", "bytes", "batch size"),
            [
                (row.label, figure, f"{row.peak_memory_bytes:,}", _batch(row))
                for row, figure in zip(rows, shown, strict=True)
            ],
            [_path(row, "peak_memory_bytes") for row in rows],
        ),
    )


def processor(summary: Summary, looks: Mapping[str, Style]) -> Chart:
    """Return bars of CPU seconds."""
    rows = [row for row in summary.measured if row.cpu_seconds is not None]
    shown = [f"{units.number(row.cpu_seconds)} s" for row in rows]
    values = [row.cpu_seconds or 0 for row in rows]
    return Chart(
        name="processor",
        title="CPU time",
        note="CPU seconds of one process over all cores: load, warm-up and measured iterations.",
        description="Bar chart of CPU seconds, a bar for each backend.",
        draw=lambda width: draw_bars(width, rows, values, shown, looks),
        table=Table(
            ("backend", "CPU time", "images in that time", "batch size"),
            [(row.label, figure, _images(row), _batch(row)) for row, figure in zip(rows, shown, strict=True)],
            [_path(row, "cpu_seconds") for row in rows],
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
