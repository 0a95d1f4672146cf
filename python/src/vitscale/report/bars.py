"""The charts that are drawn as bars: speed against the reference, and peak memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vitscale.report import units
from vitscale.report.agreement import Verdict
from vitscale.report.figure import Figure, Spec, Table, axis, layout, text
from vitscale.report.style import Style
from vitscale.report.summary import REFERENCE, Row, Summary

_ROW_HEIGHT = 54
_AXIS_HEIGHT = 54


def speed_up(summary: Summary, looks: Mapping[str, Style]) -> Figure:
    """Return bars of speed as a multiple of the reference's, or of images per second where it is missing."""
    rows = summary.measured
    has_ratio = any(row.ratio for row in rows)
    values = [(row.ratio if has_ratio else row.rate["median"] if row.rate else None) or 0 for row in rows]
    shown = [units.ratio(value) if has_ratio else units.number(value) for value in values]
    spec = _bars(rows, values, shown, looks)
    if has_ratio:
        line = {"color": "var(--ink)", "width": 1.5, "dash": "dot"}
        edge = {"x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper"}
        spec["layout"]["shapes"] = [{"type": "line", "line": line, **edge}]
    return Figure(
        name="speed-up",
        title=f"Speed against {REFERENCE}" if has_ratio else "Speed",
        note="Each at its best batch size. Striped bars: the answers differ from the reference's.",
        description="Bar chart of speed at the best batch size, a bar for each backend, the fastest first.",
        spec=spec,
        table=Table(
            ("backend", f"vs {REFERENCE}", "images/s", "batch", "agreement", "in the JSON"),
            [
                (
                    row.label,
                    units.ratio(row.ratio),
                    units.number(row.rate["median"] if row.rate else None),
                    str(row.best.batch_size) if row.best else units.NONE,
                    row.agreement.verdict.value,
                    row.best.row_id if row.best else units.NONE,
                )
                for row in rows
            ],
        ),
    )


def memory(summary: Summary, looks: Mapping[str, Style]) -> Figure:
    """Return bars of peak resident memory."""
    rows = [row for row in summary.measured if row.peak_memory_bytes is not None]
    values = [(row.peak_memory_bytes or 0) / (1 << 20) for row in rows]
    spec = _bars(rows, values, [units.mebibytes(row.peak_memory_bytes) for row in rows], looks)
    return Figure(
        name="memory",
        title="Peak memory",
        note="Resident memory of all processes of the backend, MiB, at its best batch size.",
        description="Bar chart of peak resident memory, a bar for each backend.",
        spec=spec,
        table=Table(
            ("backend", "peak memory", "bytes", "batch", "in the JSON"),
            [
                (
                    row.label,
                    units.mebibytes(row.peak_memory_bytes),
                    f"{row.peak_memory_bytes:,}",
                    str(row.best.batch_size) if row.best else units.NONE,
                    f"{row.best.row_id}.runs" if row.best else units.NONE,
                )
                for row in rows
            ],
        ),
    )


def _bars(
    rows: Sequence[Row], values: Sequence[float], shown: Sequence[str], looks: Mapping[str, Style]
) -> Spec:
    """Return horizontal bars with name and figure above each, where a phone has room for them."""
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(rows))),
        "width": 0.36,
        "marker": {
            "color": [looks[row.label].colour for row in rows],
            "cornerradius": 3,
            "pattern": {
                "shape": ["/" if _differs(row) else "" for row in rows],
                "fgcolor": "var(--card)",
                "solidity": 0.35,
                "size": 7,
            },
        },
        "hoverinfo": "text",
        "hovertext": [_hover(row, figure) for row, figure in zip(rows, shown, strict=True)],
    }
    lines = [_line_above(*one) for one in zip(range(len(rows)), rows, shown, strict=True)]
    return {
        "data": [trace],
        "layout": layout(
            _ROW_HEIGHT * len(rows) + _AXIS_HEIGHT,
            margin={"l": 4, "r": 12, "t": 4, "b": 30},
            xaxis=axis(rangemode="tozero", nticks=6),
            yaxis=axis(visible=False, range=[len(rows) - 0.6, -0.75]),
            annotations=[part for line in lines for part in line],
        ),
    }


def _line_above(position: int, row: Row, figure: str) -> tuple[Spec, Spec]:
    warning = " <b>⚠</b>" if _differs(row) else ""
    place = {
        "y": position,
        "yanchor": "bottom",
        "yshift": 11,
        "xref": "paper",
        "showarrow": False,
        "borderpad": 1,
    }
    look = {"font": {"color": "var(--ink)", "size": 13}, "bgcolor": "var(--card)"}
    name = {"text": f"{text(row.label)}{warning}", "x": 0, "xanchor": "left", "xshift": -3}
    value = {"text": f"<b>{figure}</b>", "x": 1, "xanchor": "right"}
    return {**place, **look, **name}, {**place, **look, **value}


def _hover(row: Row, figure: str) -> str:
    size = f"batch size {row.best.batch_size}<br>{row.best.row_id}" if row.best else ""
    return f"<b>{text(row.label)}</b>: {figure}<br>{row.agreement.verdict.value}<br>{size}"


def _differs(row: Row) -> bool:
    return row.agreement.verdict is Verdict.DIFFERS
