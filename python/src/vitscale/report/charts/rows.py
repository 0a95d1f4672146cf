"""Horizontal rows, one for each backend: name and figure above, bar or dots beneath, fit for a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

from vitscale.report.agreement import Verdict
from vitscale.report.charts.figure import Spec, axis, layout, text
from vitscale.report.row import Row
from vitscale.report.style import Style

_BAR = 20
_LINE = 17
_GAP = 17
_AXIS = 54
"""Heights in CSS pixels."""

_LONGEST_LINE = 34
"""Letters of a name that a phone has room for beside a figure."""


def bars(
    rows: Sequence[Row], values: Sequence[float], shown: Sequence[str], looks: Mapping[str, Style]
) -> Spec:
    """Return bars in the backends' colours, striped where the answers differ from the reference's."""
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(rows))),
        "width": bar_width([_name(row) for row in rows]),
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
    """Return the layout of rows numbered from 0 downwards, each with its name and figure above."""
    lines = [_line_above(*one) for one in zip(range(len(names)), names, shown, strict=True)]
    above = (_row_height(names) - _BAR / 2) / _row_height(names)
    return layout(
        _row_height(names) * len(names) + _AXIS,
        margin={"l": 4, "r": 12, "t": 4, "b": 30},
        xaxis=axis(rangemode="tozero", nticks=6),
        yaxis=axis(visible=False, range=[len(names) - 0.6, -above]),
        annotations=[part for line in lines for part in line],
    )


def bar_width(names: Sequence[str]) -> float:
    """Return how much of the way from one row to the next a bar takes."""
    return _BAR / _row_height(names)


def _row_height(names: Sequence[str]) -> int:
    return _BAR + _GAP + _LINE * max((len(_lines(name)) for name in names), default=1)


def _lines(name: str) -> list[str]:
    return wrap(name, _LONGEST_LINE, break_on_hyphens=False) or [""]


def _line_above(position: int, name: str, figure: str) -> tuple[Spec, Spec]:
    place = {
        "y": position,
        "yanchor": "bottom",
        "yshift": _BAR / 2 + 1,
        "xref": "paper",
        "showarrow": False,
        "borderpad": 1,
    }
    look = {"font": {"color": "var(--ink)", "size": 13}}
    shown = "<br>".join(map(text, _lines(name)))
    left = {"text": shown, "align": "left", "x": 0, "xanchor": "left", "xshift": -3}
    right = {"text": f"<b>{figure}</b>", "x": 1, "xanchor": "right"}
    return {**place, **look, **left}, {**place, **look, **right}


def _name(row: Row) -> str:
    return f"{row.label}{' ⚠' if _differs(row) else ''}"


def _hover(row: Row, figure: str) -> str:
    size = f"batch size {row.best.batch_size}<br>{row.best.row_id}" if row.best else ""
    return f"<b>{text(row.label)}</b>: {figure}<br>{row.agreement.verdict.value}<br>{size}"


def _differs(row: Row) -> bool:
    return row.agreement.verdict is Verdict.DIFFERS
