"""Percentiles of query latencies in the single-stream scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vitscale.report.charts.canvas import Canvas
from vitscale.report.charts.chart import Chart, Table
from vitscale.report.charts.rows import Rows
from vitscale.report.row import Row
from vitscale.report.style import Style
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import Latency

_MARKS = {"p50": ("o", 11), "p90": ("D", 8), "p99": ("|", 16)}
"""Percentile -> Matplotlib's marker and its size in CSS pixels."""


def latency(summary: Summary, looks: Mapping[str, Style]) -> Chart | None:
    """Return median, 90th and 99th percentile of each backend on a line, if queries were timed."""
    found = [(row, row.latency) for row in summary.measured if row.latency]
    if not found:
        return None
    found.sort(key=lambda pair: pair[1]["p50"])
    return Chart(
        name="latency",
        title="Latency of one image",
        note="Milliseconds of one query. ● median, ◆ 90th percentile, | 99th percentile. Figure: median.",
        description="Dots of the 50th, 90th and 99th percentile of query times, a line for each backend.",
        draw=lambda width: _draw(width, found, looks),
        table=Table(
            ("backend", "p50 ms", "p90 ms", "p99 ms", "min ms", "max ms", "queries"),
            [_cells(row, one) for row, one in found],
            [f"{row.best.row_id}.latency_ms" for row, _ in found if row.best],
        ),
    )


def _draw(width: int, found: Sequence[tuple[Row, Latency]], looks: Mapping[str, Style]) -> Canvas:
    rows = Rows([row.label for row, _ in found], [f"{units.number(one['p50'])} ms" for _, one in found])
    canvas = rows.canvas(width)
    for at, (row, one) in enumerate(found):
        colour = looks[row.label].colour
        canvas.axes.plot([one["p50"], one["p99"]], [at, at], color=colour, alpha=0.4, linewidth=4)
        for name, (marker, size) in _MARKS.items():
            value = one[name]  # type: ignore[literal-required]
            (dot,) = canvas.axes.plot(
                [value], [at], linestyle="none", marker=marker, markersize=size, color=colour, mew=2
            )
            canvas.tip(dot, f"{row.label}: {name} {units.number(value)} ms")
    canvas.axes.set_xlim(0, 1.04 * max(one["p99"] for _, one in found))
    return canvas


def _cells(row: Row, one: Latency) -> tuple[str, ...]:
    figures = (one["p50"], one["p90"], one["p99"], one["min"], one["max"])
    return (row.label, *map(units.number, figures), f"{one['count']:,}")
