"""Bars of speed against the reference and its tuned variant, with intervals and the machine's noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vitscale.report.charts.canvas import Canvas
from vitscale.report.charts.chart import Chart, Table
from vitscale.report.charts.rows import draw_bars
from vitscale.report.ratio import Ratio
from vitscale.report.row import Row
from vitscale.report.style import Style, light
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import Interval

_PALE = "A pale bar with ⚠ gives other labels than the reference."


def speed_up(summary: Summary, looks: Mapping[str, Style]) -> Chart:
    """Return bars of speed as a multiple of the reference's, or of images per second where it is missing."""
    rows = summary.measured
    ratios = [row.ratio for row in rows]
    if any(ratios):
        return _chart("speed-up", summary.reference_name, ratios, summary, looks)
    rates = [row.rate["median"] if row.rate else 0.0 for row in rows]
    shown = [units.number(rate) for rate in rates]
    return Chart(
        name="speed-up",
        title="Speed",
        note=f"Images per second, each backend at its best batch size. {_PALE}",
        description="Bar chart of images per second at the best batch size, a bar for each backend.",
        draw=lambda width: draw_bars(width, rows, rates, shown, looks),
        table=Table(
            ("backend", "images/s", "batch size", "agreement"),
            [
                (row.label, rate, _batch(row), row.agreement.verdict.value)
                for row, rate in zip(rows, shown, strict=True)
            ],
            [_path(row) for row in rows],
        ),
    )


def speed_up_of_tuned(summary: Summary, looks: Mapping[str, Style]) -> Chart | None:
    """Return bars of speed as a multiple of the fastest variant of the reference, if there is one."""
    if summary.tuned is None:
        return None
    ratios = [row.tuned_ratio for row in summary.measured]
    return _chart("speed-up-tuned", summary.tuned.label, ratios, summary, looks)


def _chart(
    name: str, base: str, ratios: Sequence[Ratio | None], summary: Summary, looks: Mapping[str, Style]
) -> Chart:
    rows = summary.measured
    noise = summary.control.ci if summary.control else None
    said = [
        f"Images per second as a multiple of {base}, each backend at its best batch size.",
        "Whiskers: 95 % intervals over rounds." if any(one and one.ci for one in ratios) else "",
        "Grey band: the reference against itself, this machine's noise." if noise else "",
        _PALE,
    ]
    return Chart(
        name=name,
        title=f"Speed against {base}",
        note=" ".join(filter(None, said)),
        description=f"Bar chart of speed against {base}, a bar for each backend, the fastest first.",
        draw=lambda width: _draw(width, rows, ratios, noise, looks),
        table=Table(
            ("backend", f"vs {base}", "95 % interval", "verdict", "images/s", "batch size", "agreement"),
            [_cells(row, ratio) for row, ratio in zip(rows, ratios, strict=True)],
            [ratio.row_id if ratio else _path(row) for row, ratio in zip(rows, ratios, strict=True)],
        ),
    )


def _draw(
    width: int,
    rows: Sequence[Row],
    ratios: Sequence[Ratio | None],
    noise: Interval | None,
    looks: Mapping[str, Style],
) -> Canvas:
    values = [ratio.median if ratio else 0.0 for ratio in ratios]
    canvas = draw_bars(width, rows, values, [_shown(ratio) for ratio in ratios], looks)
    if noise:
        band = canvas.axes.axvspan(
            noise["low"], noise["high"], color=light("soft"), alpha=0.22, linewidth=0, zorder=0.5
        )
        canvas.tip(band, f"The reference against itself: {units.ratio_interval(noise)}")
    canvas.axes.axvline(1, color=light("ink"), linewidth=1.5, linestyle="dotted", zorder=3)
    whiskers = [(at, one.median, one.ci) for at, one in enumerate(ratios) if one and one.ci]
    for at, middle, ci in whiskers:
        canvas.axes.errorbar(
            middle,
            at,
            xerr=[[middle - ci["low"]], [ci["high"] - middle]],
            fmt="none",
            ecolor=light("ink"),
            elinewidth=1.5,
            capsize=3,
            capthick=1.5,
        )
    canvas.axes.set_xlim(0, 1.02 * max([1.0, *values, *(ci["high"] for _, _, ci in whiskers)]))
    return canvas


def _shown(ratio: Ratio | None) -> str:
    return units.ratio(ratio.median if ratio else None)


def _cells(row: Row, ratio: Ratio | None) -> tuple[str, ...]:
    return (
        row.label,
        _shown(ratio),
        (units.ratio_interval(ratio.ci) if ratio else "") or units.NONE,
        ratio.verdict if ratio and ratio.rounds else units.NONE,
        units.number(row.rate["median"] if row.rate else None),
        _batch(row),
        row.agreement.verdict.value,
    )


def _batch(row: Row) -> str:
    return str(row.best.batch_size) if row.best else units.NONE


def _path(row: Row) -> str:
    return row.best.row_id if row.best else ""
