"""Percentiles of single queries, where one image was asked for after another."""

from __future__ import annotations

from collections.abc import Mapping

from vitscale.report.charts.figure import Figure, Spec, Table, text
from vitscale.report.charts.rows import rows_layout
from vitscale.report.row import Row
from vitscale.report.style import Style
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import Latency

_MARKS = {"p50": ("circle", 12), "p90": ("diamond", 11), "p99": ("line-ns-open", 16)}
"""Percentile -> Plotly's marker and its size."""


def latency(summary: Summary, looks: Mapping[str, Style]) -> Figure | None:
    """Return median, 90th and 99th percentile of each backend on a line, if queries were timed."""
    found = [(row, row.latency) for row in summary.measured if row.latency]
    if not found:
        return None
    found.sort(key=lambda pair: pair[1]["p50"])
    spec = {
        "data": [
            part for at, (row, one) in enumerate(found) for part in _line(at, row, one, looks[row.label])
        ],
        "layout": rows_layout(
            [row.label for row, _ in found],
            [f"{units.number(one['p50'])} ms" for _, one in found],
        ),
    }
    return Figure(
        name="latency",
        title="Latency of one image",
        note="Milliseconds a query: ● median, ◆ 90 % of the queries are faster, | 99 %.",
        description="Dots of the 50th, 90th and 99th percentile of query times, a line for each backend.",
        spec=spec,
        table=Table(
            ("backend", "p50 ms", "p90 ms", "p99 ms", "min ms", "max ms", "queries", "in the JSON"),
            [_cells(row, one) for row, one in found],
        ),
    )


def _line(at: int, row: Row, one: Latency, look: Style) -> list[Spec]:
    line = {"color": f"{look.colour}/0.4", "width": 4}
    reach = {
        "type": "scatter",
        "mode": "lines",
        "x": [one["p50"], one["p99"]],
        "y": [at, at],
        "line": line,
        "hoverinfo": "skip",
    }
    return [reach, _marks(at, row, one, look)]


def _marks(at: int, row: Row, one: Latency, look: Style) -> Spec:
    values = {name: one[name] for name in _MARKS}  # type: ignore[literal-required]
    place = f"{row.best.row_id}.latency_ms" if row.best else ""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text(row.label),
        "x": list(values.values()),
        "y": [at] * len(values),
        "marker": {
            "color": look.colour,
            "opacity": 1,
            "symbol": [symbol for symbol, _ in _MARKS.values()],
            "size": [size for _, size in _MARKS.values()],
            "line": {"width": 2.5, "color": look.colour},
        },
        "hoverinfo": "text",
        "text": [
            f"<b>{text(row.label)}</b><br>{name}: {units.number(value)} ms<br>{place}"
            for name, value in values.items()
        ],
    }


def _cells(row: Row, one: Latency) -> tuple[str, ...]:
    assert row.best
    figures = (one["p50"], one["p90"], one["p99"], one["min"], one["max"])
    path = f"{row.best.row_id}.latency_ms"
    return (row.label, *map(units.number, figures), f"{one['count']:,}", path)
