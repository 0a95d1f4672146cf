"""Bars of speed against the reference and its tuned variant, with intervals and the machine's noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vitscale.report.charts.figure import Figure, Spec, Table
from vitscale.report.charts.rows import bars
from vitscale.report.ratio import Ratio
from vitscale.report.row import Row
from vitscale.report.style import Style
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import Interval


def speed_up(summary: Summary, looks: Mapping[str, Style]) -> Figure:
    """Return bars of speed as a multiple of the reference's, or of images per second where it is missing."""
    rows = summary.measured
    ratios = [row.ratio for row in rows]
    if any(ratios):
        return _figure("speed-up", summary.reference_name, ratios, summary, looks)
    rates = [row.rate["median"] if row.rate else 0.0 for row in rows]
    shown = [units.number(rate) for rate in rates]
    return Figure(
        name="speed-up",
        title="Speed",
        note=f"Images per second, each at its best batch size. {_STRIPES}",
        description="Bar chart of images per second at the best batch size, a bar for each backend.",
        spec=bars(rows, rates, shown, looks),
        table=Table(
            ("backend", "images/s", "batch", "agreement", "in the JSON"),
            [
                (row.label, rate, _batch(row), row.agreement.verdict.value, _path(row))
                for row, rate in zip(rows, shown, strict=True)
            ],
        ),
    )


def speed_up_of_tuned(summary: Summary, looks: Mapping[str, Style]) -> Figure | None:
    """Return bars of speed as a multiple of the fastest variant of the reference, if there is one."""
    if summary.tuned is None:
        return None
    ratios = [row.tuned_ratio for row in summary.measured]
    return _figure("speed-up-tuned", summary.tuned.label, ratios, summary, looks)


_STRIPES = "Striped bars: the answers differ from the reference's."


def _figure(
    name: str, base: str, ratios: Sequence[Ratio | None], summary: Summary, looks: Mapping[str, Style]
) -> Figure:
    rows = summary.measured
    values = [ratio.median if ratio else 0.0 for ratio in ratios]
    spec = bars(rows, values, [units.ratio(value) for value in values], looks)
    noise = summary.control.ci if summary.control else None
    spec["data"][0]["error_x"] = _whiskers(values, [ratio.ci if ratio else None for ratio in ratios])
    spec["layout"]["shapes"] = [*_noise(noise), _line_at_one()]
    said = [
        "Each at its best batch size.",
        "Whiskers: 95 % intervals over rounds." if any(one and one.ci for one in ratios) else "",
        "Gray band: the reference against itself, this machine's noise." if noise else "",
        _STRIPES,
    ]
    return Figure(
        name=name,
        title=f"Speed against {base}",
        note=" ".join(filter(None, said)),
        description=f"Bar chart of speed against {base}, a bar for each backend, the fastest first.",
        spec=spec,
        table=Table(
            (
                "backend",
                f"vs {base}",
                "95 % interval",
                "verdict",
                "images/s",
                "batch",
                "agreement",
                "in the JSON",
            ),
            [_cells(row, ratio) for row, ratio in zip(rows, ratios, strict=True)],
        ),
    )


def _cells(row: Row, ratio: Ratio | None) -> tuple[str, ...]:
    return (
        row.label,
        units.ratio(ratio.median if ratio else None),
        (units.ratio_interval(ratio.ci) if ratio else "") or units.NONE,
        ratio.verdict if ratio and ratio.rounds else units.NONE,
        units.number(row.rate["median"] if row.rate else None),
        _batch(row),
        row.agreement.verdict.value,
        ratio.row_id if ratio else _path(row),
    )


def _whiskers(values: Sequence[float], intervals: Sequence[Interval | None]) -> Spec:
    pairs = list(zip(values, intervals, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [ci["high"] - value if ci else 0 for value, ci in pairs],
        "arrayminus": [value - ci["low"] if ci else 0 for value, ci in pairs],
        "color": "var(--ink)",
        "thickness": 1.6,
        "width": 5,
        "visible": any(intervals),
    }


def _noise(interval: Interval | None) -> list[Spec]:
    if interval is None:
        return []
    ends = {"x0": interval["low"], "x1": interval["high"], "y0": 0, "y1": 1, "yref": "paper"}
    look = {"fillcolor": "var(--soft)/0.22", "line": {"width": 0}, "layer": "below"}
    return [{"type": "rect", **ends, **look}]


def _line_at_one() -> Spec:
    line = {"color": "var(--ink)", "width": 1.5, "dash": "dot"}
    return {"type": "line", "line": line, "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper"}


def _batch(row: Row) -> str:
    return str(row.best.batch_size) if row.best else units.NONE


def _path(row: Row) -> str:
    return row.best.row_id if row.best else units.NONE
