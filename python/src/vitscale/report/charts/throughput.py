"""Throughput against batch size, on a logarithmic axis, with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vitscale.report.charts.figure import HEIGHT, Figure, Spec, Table, axis, layout, text
from vitscale.report.row import Cell, Row
from vitscale.report.style import Style
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import Statistics


def throughput(summary: Summary, looks: Mapping[str, Style]) -> Figure | None:
    """Return images per second against batch size; None where there was one batch size."""
    sizes = sorted({cell.batch_size for row in summary.rows for cell in row.cells})
    if len(sizes) == 1:
        return None
    measured = [(row, _points(row)) for row in summary.measured]
    data = [_band(points, looks[row.label]) for row, points in measured if len(points) > 1]
    data += [_medians(row, points, looks[row.label]) for row, points in measured]
    ticks = {"tickmode": "array", "tickvals": sizes, "ticktext": [str(size) for size in sizes]}
    return Figure(
        name="throughput",
        title="Throughput by batch size",
        note="Median images per second; the band is the 95 % interval where rounds of processes were run, "
        "else the range of the iterations.",
        description="Line chart of images per second against batch size, a line for each backend.",
        spec={
            "data": data,
            "layout": layout(
                HEIGHT,
                xaxis=axis("batch size", type="log", showgrid=False, **ticks),
                yaxis=axis("images/s", rangemode="tozero"),
            ),
        },
        table=Table(
            ("backend", "batch", "images/s", "interval or range", "ms/batch", "in the JSON"),
            [_cells(row, cell) for row in summary.rows for cell in row.cells],
        ),
    )


def _points(row: Row) -> list[tuple[Cell, Statistics]]:
    return [(cell, cell.rate) for cell in row.cells if cell.rate]


def _ends(rate: Statistics) -> tuple[float, float]:
    ci = rate.get("ci")
    return (ci["low"], ci["high"]) if ci else (rate["min"], rate["max"])


def _band(points: Sequence[tuple[Cell, Statistics]], look: Style) -> Spec:
    ends = [(cell.batch_size, *_ends(rate)) for cell, rate in points]
    there_and_back = [(size, low) for size, low, _ in ends]
    there_and_back += [(size, high) for size, _, high in reversed(ends)]
    return {
        "type": "scatter",
        "x": [size for size, _ in there_and_back],
        "y": [value for _, value in there_and_back],
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": f"{look.colour}/0.16",
        "hoverinfo": "skip",
    }


def _medians(row: Row, points: Sequence[tuple[Cell, Statistics]], look: Style) -> Spec:
    trace: Spec = {
        "type": "scatter",
        "name": text(row.label),
        "x": [cell.batch_size for cell, _ in points],
        "y": [rate["median"] for _, rate in points],
        "mode": "lines+markers",
        "line": {"color": look.colour, "dash": look.dash, "width": 2.5},
        "marker": {"color": look.colour, "symbol": look.symbol, "size": 8},
        "hoverinfo": "text",
        "text": [
            f"<b>{text(row.label)}</b><br>batch size {cell.batch_size}: "
            f"{units.number(rate['median'])} images/s<br>{units.spread(rate)} "
            f"in {units.plural(rate['count'], 'iteration')}<br>{cell.row_id}"
            for cell, rate in points
        ],
    }
    if len(points) == 1:  # which cannot have a band
        trace["error_y"] = _whiskers(points[0][1], look)
    return trace


def _whiskers(rate: Statistics, look: Style) -> Spec:
    low, high = _ends(rate)
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - rate["median"]],
        "arrayminus": [rate["median"] - low],
        "color": look.colour,
        "thickness": 1.5,
        "width": 4,
    }


def _cells(row: Row, cell: Cell) -> tuple[str, ...]:
    step = cell.benchmark["step_time_ms"] if cell.rate else None
    median = units.number(cell.rate["median"]) if cell.rate else "failed"
    step_ms = units.number(step["median"] if step else None)
    return (row.label, str(cell.batch_size), median, units.spread(cell.rate), step_ms, cell.row_id)
