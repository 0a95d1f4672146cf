"""The charts that are drawn as lines: throughput against batch size, and every single iteration."""

from __future__ import annotations

from collections.abc import Mapping

from vitscale.bench.schema import Run
from vitscale.report import units
from vitscale.report.figure import Figure, Spec, Table, axis, layout, text
from vitscale.report.style import Style
from vitscale.report.summary import Cell, Row, Summary

_HEIGHT = 380
_MOST_TICKS = 8


def throughput(summary: Summary, looks: Mapping[str, Style]) -> Figure:
    """Return images per second against batch size: medians as lines, smallest to largest value as bands."""
    measured = [(row, [cell for cell in row.cells if cell.rate]) for row in summary.measured]
    sizes = sorted({cell.batch_size for row in summary.rows for cell in row.cells})
    data = [_band(cells, looks[row.label]) for row, cells in measured if len(cells) > 1]
    data += [_medians(row, cells, looks[row.label]) for row, cells in measured]
    ticks = {"tickmode": "array", "tickvals": sizes, "ticktext": [str(size) for size in sizes]}
    spec = {
        "data": data,
        "layout": layout(
            _HEIGHT,
            xaxis=axis("batch size", type="log", showgrid=False, **ticks),
            yaxis=axis("images/s", rangemode="tozero"),
        ),
    }
    rows = [_throughput_row(row, cell) for row in summary.rows for cell in row.cells]
    return Figure(
        name="throughput",
        title="Throughput by batch size",
        note="Median images per second; the band runs from the slowest to the fastest iteration.",
        description="Line chart of images per second against batch size, a line for each backend.",
        spec=spec,
        table=Table(("backend", "batch", "images/s", "range", "ms/batch", "in the JSON"), rows),
    )


def iterations(summary: Summary, looks: Mapping[str, Style]) -> Figure:
    """Return every iteration at the best batch sizes: warm-up hollow, measurement filled."""
    runs = [
        (row, row.best, fork, run)
        for row in summary.measured
        if row.best
        for fork, run in enumerate(row.best.benchmark["runs"])
    ]
    longest = max((len(run["iterations"]) for *_, run in runs), default=1)
    spec = {
        "data": [_dots(row, cell, fork, run, looks[row.label]) for row, cell, fork, run in runs],
        "layout": layout(
            _HEIGHT,
            xaxis=axis("iteration", showgrid=False, dtick=-(-longest // _MOST_TICKS)),
            yaxis=axis("images/s", rangemode="tozero"),
        ),
    }
    return Figure(
        name="iterations",
        title="Every iteration",
        note="At each backend's best batch size. Hollow dots are warm-up and count for nothing.",
        description="Dots of images per second of every single iteration in the order they ran.",
        spec=spec,
        table=Table(
            ("backend", "phase", "images", "seconds", "images/s", "in the JSON"),
            [cells for row, cell, fork, run in runs for cells in _iteration_rows(row, cell, fork, run)],
        ),
    )


def _band(cells: list[Cell], look: Style) -> Spec:
    rates = [(cell.batch_size, cell.rate) for cell in cells if cell.rate]
    there_and_back = [(size, rate["min"]) for size, rate in rates]
    there_and_back += [(size, rate["max"]) for size, rate in reversed(rates)]
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


def _medians(row: Row, cells: list[Cell], look: Style) -> Spec:
    rates = [(cell, cell.rate) for cell in cells if cell.rate]
    whiskers = {
        "type": "data",
        "symmetric": False,
        "array": [rate["max"] - rate["median"] for _, rate in rates],
        "arrayminus": [rate["median"] - rate["min"] for _, rate in rates],
        "color": look.colour,
        "thickness": 1.5,
        "width": 4,
    }
    return {
        "type": "scatter",
        "name": text(row.label),
        "x": [cell.batch_size for cell, _ in rates],
        "y": [rate["median"] for _, rate in rates],
        "mode": "lines+markers",
        "line": {"color": look.colour, "dash": look.dash, "width": 2.5},
        "marker": {"color": look.colour, "symbol": look.symbol, "size": 8},
        # One point cannot have a band.
        **({"error_y": whiskers} if len(rates) == 1 else {}),
        "hoverinfo": "text",
        "text": [
            f"<b>{text(row.label)}</b><br>batch size {cell.batch_size}: "
            f"{units.number(rate['median'])} images/s<br>{units.spread(rate)} "
            f"in {units.plural(rate['count'], 'iteration')}<br>{cell.row_id}"
            for cell, rate in rates
        ],
    }


def _dots(row: Row, cell: Cell, fork: int, run: Run, look: Style) -> Spec:
    rates = [iteration["images"] / iteration["seconds"] for iteration in run["iterations"]]
    filled = [iteration["phase"] == "measurement" for iteration in run["iterations"]]
    return {
        "type": "scatter",
        "name": text(row.label),
        "x": list(range(1, len(rates) + 1)),
        "y": rates,
        "mode": "lines+markers",
        "line": {"color": f"{look.colour}/0.35", "dash": look.dash, "width": 1.5},
        "marker": {
            "color": [look.colour if measured else "var(--card)" for measured in filled],
            "line": {"color": look.colour, "width": 2},
            "symbol": look.symbol,
            "size": 9,
        },
        "hoverinfo": "text",
        "text": [
            f"<b>{text(row.label)}</b><br>{iteration['phase']}, batch size {cell.batch_size}: "
            f"{units.number(rate)} images/s<br>{cell.row_id}.runs[{fork}].iterations[{position}]"
            for position, (iteration, rate) in enumerate(zip(run["iterations"], rates, strict=True))
        ],
    }


def _throughput_row(row: Row, cell: Cell) -> tuple[str, ...]:
    step = cell.benchmark["step_time_ms"] if cell.rate else None
    median = units.number(cell.rate["median"]) if cell.rate else "failed"
    step_ms = units.number(step["median"] if step else None)
    return (row.label, str(cell.batch_size), median, units.spread(cell.rate), step_ms, cell.row_id)


def _iteration_rows(row: Row, cell: Cell, fork: int, run: Run) -> list[tuple[str, ...]]:
    return [
        (
            row.label,
            iteration["phase"],
            str(iteration["images"]),
            units.number(iteration["seconds"]),
            units.number(iteration["images"] / iteration["seconds"]),
            f"{cell.row_id}.runs[{fork}].iterations[{position}]",
        )
        for position, iteration in enumerate(run["iterations"])
    ]
