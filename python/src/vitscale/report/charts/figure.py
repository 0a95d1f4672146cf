"""What every chart shares: a Plotly figure as plain data, its words, and a table for those who cannot see it.

Plotly draws them: it is a library made for this, fits a phone without a second version of each picture, and
names the row of the results under a finger. It makes the page 5 MB, the price of opening without a network.
Colours are CSS variables, ``var(--name)`` or ``var(--name)/0.2`` with an opacity; the page's script resolves
them, so that one figure serves a light page, a dark page and paper.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]

HEIGHT = 380
"""Of charts that are as wide as the page, CSS pixels."""


@dataclass(frozen=True)
class Table:
    """Figures as text; the first column heads its row, the last names the row of the results.

    Attributes
    ----------
    columns : tuple of str
        Headings.
    rows : sequence of tuple of str
        Cells.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Legend:
    """What a colour means, where a chart's colours are not those of the backends."""

    colour: str
    name: str


@dataclass(frozen=True)
class Figure:
    """A chart.

    Attributes
    ----------
    name : str
        Part of its id in the page.
    title, note : str
        Its heading, and how to read it.
    description : str
        What it shows, for screen readers.
    spec : dict
        ``data`` and ``layout`` for Plotly.
    table : Table
        The same figures as text.
    legend : tuple of Legend
        Of a chart that needs one of its own.
    """

    name: str
    title: str
    note: str
    description: str
    spec: Spec
    table: Table
    legend: tuple[Legend, ...] = ()


def text(value: str) -> str:
    """Return a text that Plotly shows as it is; it would read tags otherwise."""
    return html.escape(value, quote=False)


def layout(height: int, **changes: Any) -> Spec:
    """Return a layout without ground, frame and legend: the page has them."""
    return {
        "height": height,
        "margin": {"l": 54, "r": 12, "t": 10, "b": 44},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {
            "family": "system-ui, -apple-system, 'Segoe UI', sans-serif",
            "size": 13,
            "color": "var(--soft)",
        },
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": "var(--card)",
            "bordercolor": "var(--line)",
            "font": {"color": "var(--ink)"},
            "align": "left",
        },
        "showlegend": False,
        "dragmode": False,
        **changes,
    }


def axis(title: str = "", **changes: Any) -> Spec:
    """Return an axis with a fine grid that a finger on a phone does not drag about."""
    return {
        "title": {"text": title, "standoff": 8, "font": {"size": 13}},
        "gridcolor": "var(--line)",
        "linecolor": "var(--line)",
        "zeroline": False,
        "fixedrange": True,
        **changes,
    }
