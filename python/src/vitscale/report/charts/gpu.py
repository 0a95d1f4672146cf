"""How busy the GPUs were, and what memory and power that took: bars, one for each backend that ran on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vitscale.report.charts.chart import Chart, Table
from vitscale.report.charts.rows import draw_bars
from vitscale.report.gpu_panel import COLUMNS, GpuFigures, gpu_figures
from vitscale.report.style import Style
from vitscale.report.summary import Summary

_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class _Measure:
    """What one of the charts shows: its words, its values, and the columns of the panel under it."""

    name: str
    title: str
    note: str
    value: Callable[[GpuFigures], float | None]
    columns: tuple[str, ...]


_UTILIZATION = _Measure(
    "gpu-utilization",
    "GPU utilisation",
    "Share of the time in which any kernel ran, as the driver reports it: the median of the samples taken "
    "while images were timed. The GPU waits for the rest of the time.",
    lambda one: one.utilization_percent,
    ("backend", "batch size", "utilisation"),
)
_MEMORY = _Measure(
    "gpu-memory",
    "GPU memory",
    "MiB in use by all processes on the GPU while images were timed, the median of the samples.",
    lambda one: None if one.memory_bytes is None else one.memory_bytes / _MEBIBYTE,
    ("backend", "batch size", "memory used"),
)
_POWER = _Measure(
    "gpu-power",
    "GPU power",
    "Watts of the whole board while images were timed, the median of the samples.",
    lambda one: one.power_watts,
    ("backend", "batch size", "power", "SM clock", "temperature", "images per joule"),
)


def gpu_utilization(summary: Summary, looks: Mapping[str, Style]) -> Chart | None:
    """Return bars of the share of time in which the GPU worked."""
    return _drawn(_UTILIZATION, summary, looks)


def gpu_memory(summary: Summary, looks: Mapping[str, Style]) -> Chart | None:
    """Return bars of the GPU's memory in use."""
    return _drawn(_MEMORY, summary, looks)


def gpu_power(summary: Summary, looks: Mapping[str, Style]) -> Chart | None:
    """Return bars of the board's power."""
    return _drawn(_POWER, summary, looks)


def _drawn(chart: _Measure, summary: Summary, looks: Mapping[str, Style]) -> Chart | None:
    found = [(one, value) for one in gpu_figures(summary) if (value := chart.value(one)) is not None]
    if not found:
        return None
    places = [COLUMNS.index(column) for column in chart.columns]
    shown = [one.cells[COLUMNS.index(chart.columns[2])].partition(" (")[0] for one, _ in found]
    rows, values = [one.row for one, _ in found], [value for _, value in found]
    return Chart(
        name=chart.name,
        title=chart.title,
        note=chart.note,
        description=f"Bar chart: {chart.title}, a bar for each backend that ran on one.",
        draw=lambda width: draw_bars(width, rows, values, shown, looks),
        table=Table(
            chart.columns,
            [tuple(one.cells[place] for place in places) for one, _ in found],
            [one.row_id for one, _ in found],
        ),
    )
