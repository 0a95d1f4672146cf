"""The estimate as a chart and a table, beside the published times."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.ticker import NullLocator

from vitscale.report.charts.canvas import Canvas, Margins
from vitscale.report.charts.chart import Chart, Legend, Table
from vitscale.report.claims.published import Timing, published
from vitscale.report.scaling.words import duration
from vitscale.report.style import light
from vitscale.results import units
from vitscale.scaling.simulation import Estimate

_DASHES = ("solid", "dashed", "dashdot", "dotted")
_PUBLISHED_PRECISION = "fp32"
_HEIGHT = 400
_MARGINS = Margins(left=58, right=18, top=14, bottom=46)
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
) -> Chart:
    """Return time against nodes, a line with its band for each number of images, and the published points.

    Parameters
    ----------
    estimates : sequence of Estimate
        Any number of nodes and images.
    precision : str
        Precision of the model that was measured.
    price_per_hour : float, optional
        Price of a node, in any currency; adds the cost to the table.
    """
    cores = estimates[0].fleet.cores
    return Chart(
        name="scaling",
        title="Estimated time on a cluster",
        note=f"An estimate, not a measurement: nodes of {cores} cores like those measured, the model in "
        f"{precision}; bands contain nine of ten simulated runs. Points: published for Spark NLP on other "
        f"machines, 34,745 images, the model in {_PUBLISHED_PRECISION}.{_unlike(precision)}",
        description="Line chart of estimated time against nodes, a line for each number of images.",
        draw=lambda width: _draw(width, estimates),
        table=table(estimates, price_per_hour),
        legend=(
            Legend("vitscale", f"vitscale, {precision}, estimated"),
            Legend("spark-nlp", f"Spark NLP, {_PUBLISHED_PRECISION}, published"),
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
    """Return a warning where the precisions differ."""
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


def _draw(width: int, estimates: Sequence[Estimate]) -> Canvas:
    by_images: dict[int, list[Estimate]] = {}
    for one in estimates:
        by_images.setdefault(one.images, []).append(one)
    canvas = Canvas.of(width, _HEIGHT, _MARGINS)
    axes = canvas.axes
    axes.set_xscale("log")
    axes.set_yscale("log")
    for number, line in enumerate(by_images.values()):
        _line(canvas, line, _DASHES[number % len(_DASHES)])
    for timing in published_nodes():
        seconds = timing.seconds["full"]
        (point,) = axes.plot([timing.nodes], [seconds], marker="D", markersize=8, color=light("spark-nlp"))
        canvas.tip(point, f"Published: {timing.engine}, {timing.hardware}: {duration(seconds)}")
    nodes = sorted({one.fleet.nodes for one in estimates})
    low, high = axes.get_ylim()
    axes.set_xticks(nodes, [str(one) for one in nodes])
    shown = {at: name for at, name in _TICKS.items() if low <= at <= high}
    axes.set_yticks(list(shown), list(shown.values()))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
    canvas.rule("both")
    canvas.text("nodes", (0.5, 0), (0, -38), xycoords="axes fraction", ha="center", color=light("soft"))
    return canvas


def _line(canvas: Canvas, line: Sequence[Estimate], dash: str) -> None:
    nodes = [one.fleet.nodes for one in line]
    colour = light("vitscale")
    lows, highs = [one.low for one in line], [one.high for one in line]
    if len(line) > 1:
        canvas.axes.fill_between(nodes, lows, highs, color=colour, alpha=0.16, linewidth=0)
    medians = [one.median for one in line]
    canvas.axes.plot(nodes, medians, color=colour, linewidth=2, linestyle=dash)
    for one in line:
        (dot,) = canvas.axes.plot([one.fleet.nodes], [one.median], marker="o", markersize=5, color=colour)
        place = f"{one.images:,} images on {units.plural(one.fleet.nodes, 'node')}"
        canvas.tip(
            dot, f"{place}: estimate {duration(one.median)} ({duration(one.low)} to {duration(one.high)})"
        )
    canvas.text(f"{line[0].images:,} images", (nodes[0], medians[0]), (8, 6), xycoords="data", ha="left")
