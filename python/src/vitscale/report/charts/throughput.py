"""Throughput against batch size, on a logarithmic axis, with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.ticker import NullLocator

from vitscale.report.charts.canvas import Canvas, Margins
from vitscale.report.charts.chart import Chart, Legend, Table
from vitscale.report.row import Cell, Row
from vitscale.report.style import Style, light
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import Statistics

_Points = Sequence[tuple[Cell, Statistics]]
_HEIGHT = 360
_MARGINS = Margins(left=50, right=14, top=22, bottom=46)


def throughput(summary: Summary, looks: Mapping[str, Style]) -> Chart | None:
    """Return images per second against batch size; None where there was one batch size."""
    sizes = sorted({cell.batch_size for row in summary.rows for cell in row.cells})
    if len(sizes) == 1:
        return None
    measured = [(row.label, _points(row)) for row in summary.measured]
    cells = [(row, cell) for row in summary.rows for cell in row.cells]
    return Chart(
        name="throughput",
        title="Throughput by batch size",
        note="Median images per second. The band is the 95 % interval where rounds of processes were run, "
        "else the range of the iterations.",
        description="Line chart of images per second against batch size, a line for each backend.",
        draw=lambda width: _draw(width, sizes, measured, looks),
        table=Table(
            ("backend", "batch size", "images/s", "interval or range", "ms/batch"),
            [_cells(row, cell) for row, cell in cells],
            [cell.row_id for _, cell in cells],
        ),
        legend=tuple(
            Legend(looks[label].name, label, looks[label].marker, looks[label].dash) for label, _ in measured
        ),
    )


def _draw(
    width: int, sizes: Sequence[int], measured: Sequence[tuple[str, _Points]], looks: Mapping[str, Style]
) -> Canvas:
    canvas = Canvas.of(width, _HEIGHT, _MARGINS)
    for label, points in measured:
        _line(canvas, label, points, looks[label])
    axes = canvas.axes
    axes.set_xscale("log")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(bottom=0)
    canvas.grid("y")
    look = {"color": light("soft"), "xycoords": "axes fraction"}
    canvas.text("batch size", (0.5, 0), (0, -38), ha="center", **look)
    canvas.text("images/s", (0, 1), (8 - _MARGINS.left, 8), ha="left", **look)
    return canvas


def _line(canvas: Canvas, label: str, points: _Points, look: Style) -> None:
    sizes = [cell.batch_size for cell, _ in points]
    lows, highs = zip(*(_ends(rate) for _, rate in points), strict=True)
    medians = [rate["median"] for _, rate in points]
    if len(points) > 1:
        canvas.axes.fill_between(sizes, lows, highs, color=look.colour, alpha=0.14, linewidth=0)
    else:  # one point has no band
        reach = [[medians[0] - lows[0]], [highs[0] - medians[0]]]
        canvas.axes.errorbar(sizes, medians, yerr=reach, fmt="none", ecolor=look.colour, capsize=3)
    canvas.axes.plot(sizes, medians, color=look.colour, linestyle=look.dash, linewidth=2.2)
    for (cell, rate), size in zip(points, sizes, strict=True):
        (dot,) = canvas.axes.plot(
            [size], [rate["median"]], color=look.colour, marker=look.marker, markersize=8
        )
        figure = f"{units.number(rate['median'])} images/s ({units.spread(rate)})"
        count = units.plural(rate["count"], "iteration")
        canvas.tip(dot, f"{label}, batch size {cell.batch_size}: {figure} in {count}")


def _points(row: Row) -> _Points:
    return [(cell, cell.rate) for cell in row.cells if cell.rate]


def _ends(rate: Statistics) -> tuple[float, float]:
    ci = rate.get("ci")
    return (ci["low"], ci["high"]) if ci else (rate["min"], rate["max"])


def _cells(row: Row, cell: Cell) -> tuple[str, ...]:
    step = cell.benchmark["step_time_ms"] if cell.rate else None
    median = units.number(cell.rate["median"]) if cell.rate else "failed"
    step_ms = units.number(step["median"] if step else None)
    return (row.label, str(cell.batch_size), median, units.spread(cell.rate), step_ms)
