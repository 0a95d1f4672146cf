"""What speed costs: bars of peak memory and of processor time."""

from __future__ import annotations

from collections.abc import Mapping

from vitscale.report.charts.figure import Figure, Table
from vitscale.report.charts.rows import bars
from vitscale.report.row import Row
from vitscale.report.style import Style
from vitscale.report.summary import Summary
from vitscale.results import units


def memory(summary: Summary, looks: Mapping[str, Style]) -> Figure:
    """Return bars of peak resident memory."""
    rows = [row for row in summary.measured if row.peak_memory_bytes is not None]
    shown = [units.mebibytes(row.peak_memory_bytes) for row in rows]
    return Figure(
        name="memory",
        title="Peak memory",
        note="Resident memory of all processes of the backend, MiB, at its best batch size.",
        description="Bar chart of peak resident memory, a bar for each backend.",
        spec=bars(rows, [(row.peak_memory_bytes or 0) / (1 << 20) for row in rows], shown, looks),
        table=Table(
            ("backend", "peak memory", "bytes", "batch", "in the JSON"),
            [
                (row.label, figure, f"{row.peak_memory_bytes:,}", *_place(row, "peak_memory_bytes"))
                for row, figure in zip(rows, shown, strict=True)
            ],
        ),
    )


def processor(summary: Summary, looks: Mapping[str, Style]) -> Figure:
    """Return bars of processor seconds."""
    rows = [row for row in summary.measured if row.cpu_seconds is not None]
    shown = [f"{units.number(row.cpu_seconds)} s" for row in rows]
    return Figure(
        name="processor",
        title="Processor time",
        note="Seconds of all cores that one process took, load, warm-up and measured passes together.",
        description="Bar chart of processor seconds, a bar for each backend.",
        spec=bars(rows, [row.cpu_seconds or 0 for row in rows], shown, looks),
        table=Table(
            ("backend", "processor time", "images in that time", "batch", "in the JSON"),
            [
                (row.label, figure, _images(row), *_place(row, "cpu_seconds"))
                for row, figure in zip(rows, shown, strict=True)
            ],
        ),
    )


def _images(row: Row) -> str:
    counts = sorted({sum(one["images"] for one in run["iterations"]) for run in row.runs})
    return f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"


def _place(row: Row, field: str) -> tuple[str, str]:
    assert row.best
    return str(row.best.batch_size), f"{row.best.row_id}.runs[*].{field}"
