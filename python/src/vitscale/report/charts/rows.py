"""Horizontal rows, one for each backend: name and figure above, bar or dots beneath, fit for a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vitscale.report.agreement import Verdict
from vitscale.report.charts.figure import Spec, axis, layout, text
from vitscale.report.row import Row
from vitscale.report.style import Style

ROW_HEIGHT = 54
BAR_WIDTH = 0.36
_AXIS_HEIGHT = 54


def bars(
    rows: Sequence[Row], values: Sequence[float], shown: Sequence[str], looks: Mapping[str, Style]
) -> Spec:
    """Return bars in the backends' colours, striped where the answers differ from the reference's."""
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(rows))),
        "width": BAR_WIDTH,
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
    return {"data": [trace], "layout": rows_layout([_name(row) for row in rows], shown)}


def rows_layout(names: Sequence[str], shown: Sequence[str]) -> Spec:
    """Return the layout of rows numbered from 0 downwards; names are already safe for Plotly."""
    lines = [_line_above(*one) for one in zip(range(len(names)), names, shown, strict=True)]
    return layout(
        ROW_HEIGHT * len(names) + _AXIS_HEIGHT,
        margin={"l": 4, "r": 12, "t": 4, "b": 30},
        xaxis=axis(rangemode="tozero", nticks=6),
        yaxis=axis(visible=False, range=[len(names) - 0.6, -0.75]),
        annotations=[part for line in lines for part in line],
    )


def _line_above(position: int, name: str, figure: str) -> tuple[Spec, Spec]:
    place = {
        "y": position,
        "yanchor": "bottom",
        "yshift": 11,
        "xref": "paper",
        "showarrow": False,
        "borderpad": 1,
    }
    look = {"font": {"color": "var(--ink)", "size": 13}}
    left = {"text": name, "x": 0, "xanchor": "left", "xshift": -3}
    # Its ground hides the end of a name that is too long for a phone.
    right = {"text": f"<b>{figure}</b>", "x": 1, "xanchor": "right", "bgcolor": "var(--card)"}
    return {**place, **look, **left}, {**place, **look, **right}


def _name(row: Row) -> str:
    return f"{text(row.label)}{' <b>⚠</b>' if _differs(row) else ''}"


def _hover(row: Row, figure: str) -> str:
    size = f"batch size {row.best.batch_size}<br>{row.best.row_id}" if row.best else ""
    return f"<b>{text(row.label)}</b>: {figure}<br>{row.agreement.verdict.value}<br>{size}"


def _differs(row: Row) -> bool:
    return row.agreement.verdict is Verdict.DIFFERS
