"""The estimate as a chart and a table, beside what was published."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.charts.figure import HEIGHT, Figure, Legend, Spec, Table, axis, layout
from vitscale.report.claims.published import Timing, published
from vitscale.report.scaling.words import duration
from vitscale.results import units
from vitscale.scaling.simulation import Estimate

_DASHES = ("solid", "dash", "dashdot", "dot")
_PUBLISHED_PRECISION = "fp32"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_TICKS = {
    1: "1 s",
    10: "10 s",
    _MINUTE: "1 min",
    10 * _MINUTE: "10 min",
    _HOUR: "1 h",
    10 * _HOUR: "10 h",
    4 * _DAY: "4 d",
    40 * _DAY: "40 d",
}


def estimate_chart(
    estimates: Sequence[Estimate], precision: str, price_per_hour: float | None = None
) -> Figure:
    """Return time against nodes, a line with its band for each number of images, and the published points.

    Parameters
    ----------
    estimates : sequence of Estimate
        Any number of nodes and images.
    precision : str
        Of the model that was measured.
    price_per_hour : float, optional
        Of a node, in whatever currency; adds the cost to the table.
    """
    by_images: dict[int, list[Estimate]] = {}
    for one in estimates:
        by_images.setdefault(one.images, []).append(one)
    data = [_band(line) for line in by_images.values() if len(line) > 1]
    data += [
        _line(line, dash) for line, dash in zip(by_images.values(), _repeat(len(by_images)), strict=True)
    ]
    data += [_points(published_nodes())]
    nodes = sorted({one.fleet.nodes for one in estimates})
    cores = estimates[0].fleet.cores
    return Figure(
        name="scaling",
        title="Estimated time on a cluster",
        note=f"An estimate, not a measurement: nodes of {cores} cores like those measured, the model in "
        f"{precision}; bands hold nine of ten simulated runs. Points: published for Spark NLP on other "
        f"machines, 34,745 images, the model in {_PUBLISHED_PRECISION}.{_unlike(precision)}",
        description="Line chart of estimated time against nodes, a line for each number of images.",
        spec={
            "data": data,
            "layout": layout(
                HEIGHT,
                xaxis=axis(
                    "nodes", type="log", tickmode="array", tickvals=nodes, ticktext=[f"{n}" for n in nodes]
                ),
                yaxis=axis(
                    type="log", tickmode="array", tickvals=list(_TICKS), ticktext=list(_TICKS.values())
                ),
            ),
        },
        table=table(estimates, price_per_hour),
        legend=(
            Legend("var(--vitscale)", f"vitscale, {precision}, estimated"),
            Legend("var(--spark-nlp)", f"Spark NLP, {_PUBLISHED_PRECISION}, published"),
        ),
    )


def table(estimates: Sequence[Estimate], price_per_hour: float | None = None) -> Table:
    """Return the same figures as text, the published ones at the end."""
    priced = price_per_hour is not None
    columns = (
        "images",
        "nodes",
        "time",
        "nine of ten runs",
        "node hours",
        *(("cost",) if priced else ()),
        "origin",
    )
    rows = [_row(one, price_per_hour) for one in estimates]
    rows += [_published_row(one, priced) for one in published_nodes()]
    return Table(columns, rows)


def published_nodes() -> list[Timing]:
    """Return the published times of clusters of CPU nodes, which had the whole set of images."""
    return [one for one in published().timings if one.id.startswith("spark-nlp-cloud-cpu")]


def _unlike(precision: str) -> str:
    """Say that the two are not of one kind, where they are not."""
    if precision == _PUBLISHED_PRECISION:
        return ""
    return f" {precision} computes less for each image than {_PUBLISHED_PRECISION}: a part of the distance."


def _row(one: Estimate, price_per_hour: float | None) -> tuple[str, ...]:
    cost = () if price_per_hour is None else (units.number(one.node_hours * price_per_hour),)
    return (
        f"{one.images:,}",
        str(one.fleet.nodes),
        duration(one.median),
        f"{duration(one.low)} to {duration(one.high)}",
        units.number(one.node_hours),
        *cost,
        "estimate",
    )


def _published_row(one: Timing, priced: bool) -> tuple[str, ...]:
    seconds = one.seconds["full"]
    hours = units.number(one.nodes * seconds / _HOUR)
    images = f"{published().images['full']:,}"
    blank = (units.NONE,) if priced else ()
    return (images, str(one.nodes), duration(seconds), units.NONE, hours, *blank, f"published, {one.engine}")


def _band(line: Sequence[Estimate]) -> Spec:
    return {
        "type": "scatter",
        "x": [one.fleet.nodes for one in [*line, *reversed(line)]],
        "y": [one.low for one in line] + [one.high for one in reversed(line)],
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": "var(--vitscale)/0.16",
        "hoverinfo": "skip",
    }


def _line(line: Sequence[Estimate], dash: str) -> Spec:
    return {
        "type": "scatter",
        "name": f"{line[0].images:,} images, estimated",
        "x": [one.fleet.nodes for one in line],
        "y": [one.median for one in line],
        "mode": "lines+text",
        "text": [f"{line[0].images:,} images", *("" for _ in line[1:])],
        "textposition": "top right",
        "line": {"color": "var(--vitscale)", "width": 2, "dash": dash},
        "hoverinfo": "text",
        "hovertext": [
            f"{one.images:,} images on {units.plural(one.fleet.nodes, 'node')}: {duration(one.median)}<br>"
            f"estimate, {duration(one.low)} to {duration(one.high)}"
            for one in line
        ],
    }


def _points(timings: Sequence[Timing]) -> Spec:
    return {
        "type": "scatter",
        "name": "Spark NLP, published",
        "x": [one.nodes for one in timings],
        "y": [one.seconds["full"] for one in timings],
        "mode": "markers",
        "marker": {"color": "var(--spark-nlp)", "size": 9, "symbol": "diamond"},
        "hoverinfo": "text",
        "hovertext": [
            f"published: {one.engine}, {one.hardware}<br>{duration(one.seconds['full'])}" for one in timings
        ],
    }


def _repeat(count: int) -> list[str]:
    return [_DASHES[number % len(_DASHES)] for number in range(count)]
