"""Speed against loss: a point for each candidate, and a line along those that no other beats."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.ticker import FuncFormatter

from vitscale.report.charts.canvas import Canvas, Margins
from vitscale.report.charts.chart import Chart, Legend, Table
from vitscale.report.style import light
from vitscale.results import units
from vitscale.results.tuned import Tuned, Value

COLUMNS = (
    "candidate",
    "images/s",
    "interval",
    "loss",
    "interval of the loss",
    "batch size",
    "threads",
    "verdict",
)
_HEIGHT = 380
_MARGINS = Margins(left=50, right=48, top=22, bottom=46)
_COLOURS = {"onednn": "vitscale", "onnxruntime": "onnxruntime"}
_MARKERS = {"fp32": "o", "bf16": "s", "int8": "D"}
_OTHER_MARKER = "^"


def front_chart(candidates: Sequence[Tuned], front: Sequence[Tuned], chosen: Tuned, limit: float) -> Chart:
    """Return the chart of one profile.

    Parameters
    ----------
    candidates : sequence of Tuned
        All, the fastest first.
    front : sequence of Tuned
        Those that no other beats, the least loss first.
    chosen : Tuned
        The one of the profile.
    limit : float
        The largest allowed loss, a share.
    """
    return Chart(
        name="front",
        title="Speed against loss",
        note="Up is faster, left loses less. The line joins those that no other beats; right of the dotted "
        "line the loss is not allowed. Whiskers: 95 % intervals.",
        description="Scatter chart of images per second against the loss, a point for each candidate.",
        draw=lambda width: draw_front(width, candidates, front, limit),
        table=Table(
            COLUMNS,
            [cells(one, front, chosen, limit) for one in candidates],
            [f"measured.candidates[{number}]" for number in range(len(candidates))],
        ),
        legend=tuple(
            Legend(_COLOURS[runtime], name, "o", "solid")
            for runtime, name in (("onednn", "oneDNN"), ("onnxruntime", "ONNX Runtime"))
            if any(one.runtime == runtime for one in candidates)
        ),
    )


def cells(one: Tuned, front: Sequence[Tuned], chosen: Tuned, limit: float) -> tuple[str, ...]:
    """Return the row of a candidate under ``COLUMNS``."""
    return (
        str(one),
        units.number(one.speed.middle),
        _between(one.speed, units.number),
        units.fine_percent(one.loss.middle),
        _between(one.loss, units.fine_percent),
        str(one.batch_size),
        str(one.threads or 1),
        _verdict(one, front, chosen, limit),
    )


def _verdict(one: Tuned, front: Sequence[Tuned], chosen: Tuned, limit: float) -> str:
    if one is chosen:
        return "chosen"
    if one.loss.middle > limit:
        return "loses too much"
    return "not beaten" if one in front else "slower"


def draw_front(
    width: int,
    candidates: Sequence[Tuned],
    front: Sequence[Tuned],
    limit: float,
    *,
    whole_names: bool = False,
) -> Canvas:
    """Return the drawing at a width in CSS pixels; points are named by runtime too if ``whole_names``."""
    canvas = Canvas.of(width, _HEIGHT, _MARGINS)
    axes = canvas.axes
    axes.plot(
        [one.loss.middle for one in front],
        [one.speed.middle for one in front],
        color=light("soft"),
        linewidth=1.5,
        zorder=2,
    )
    for one in candidates:
        _point(canvas, one, str(one) if whole_names else one.precision)
    axes.axvline(limit, color=light("ink"), linewidth=1.5, linestyle="dotted", zorder=1)
    axes.set_ylim(bottom=0)
    canvas.grid("x")
    canvas.grid("y")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    look = {"color": light("soft"), "xycoords": "axes fraction"}
    canvas.text(f"loss of {candidates[0].loss_kind}", (0.5, 0), (0, -38), ha="center", **look)
    canvas.text("images/s", (0, 1), (8 - _MARGINS.left, 8), ha="left", **look)
    return canvas


def _point(canvas: Canvas, one: Tuned, name: str) -> None:
    colour = light(_COLOURS.get(one.runtime, "ink"))
    at = (one.loss.middle, one.speed.middle)
    canvas.axes.errorbar(
        *at,
        xerr=_reach(one.loss),
        yerr=_reach(one.speed),
        fmt="none",
        ecolor=colour,
        elinewidth=1.2,
        capsize=3,
        alpha=0.5,
    )
    (dot,) = canvas.axes.plot(
        *at, color=colour, marker=_MARKERS.get(one.precision, _OTHER_MARKER), markersize=8
    )
    speed, loss = units.number(one.speed.middle), units.fine_percent(one.loss.middle)
    canvas.tip(
        dot, f"{one}, batch size {one.batch_size}: {speed} images/s, loses {loss} of the {one.loss_kind}"
    )
    # Equal precisions of both runtimes often lie close together.
    above = 5 if one.runtime == "onednn" else -16
    canvas.text(name, at, (9, above), ha="left")


def _reach(value: Value) -> list[list[float]] | None:
    """Return the lengths of the whiskers below and above."""
    if value.low is None or value.high is None:
        return None
    return [[max(0.0, value.middle - value.low)], [max(0.0, value.high - value.middle)]]


def _between(value: Value, shown: Callable[[float], str]) -> str:
    if value.low is None or value.high is None:
        return units.NONE
    return f"{shown(value.low)} to {shown(value.high)}"
