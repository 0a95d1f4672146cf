"""What every chart has: its drawing, its words, and a table of the same figures.

Matplotlib draws each chart as static SVG at two widths; the stylesheet shows the one that fits the screen.
The page needs no script, and ``--format svg`` draws in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vitscale.report.charts.canvas import Canvas

WIDE, NARROW = 880, 340
"""Widths of the two drawings in CSS pixels: for a desktop and for a phone."""


@dataclass(frozen=True)
class Table:
    """Figures as text; the first column names the row.

    Attributes
    ----------
    columns : tuple of str
        Headings.
    rows : sequence of tuple of str
        Cells.
    row_ids : sequence of str
        For each row its path in the results file, e.g. ``benchmarks[3]``; for tools, not shown.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    row_ids: Sequence[str] = ()

    @property
    def traced(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each row's path in the results, empty where it has none, and its cells."""
        ids = self.row_ids or [""] * len(self.rows)
        return list(zip(ids, self.rows, strict=True))


@dataclass(frozen=True)
class Legend:
    """The meaning of a colour, or of a marker and a dash.

    Attributes
    ----------
    colour : str
        Name of the CSS variable.
    name : str
        Meaning.
    marker, dash : str
        Matplotlib's names; empty for an area.
    """

    colour: str
    name: str
    marker: str = ""
    dash: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes
    ----------
    name : str
        Part of its id in the page.
    title, note : str
        Heading, and how to read it.
    description : str
        What it shows, for screen readers.
    draw : callable
        Takes a width in CSS pixels and returns the drawing.
    table : Table
        The same figures as text.
    legend : tuple of Legend
        Empty where the drawing names everything.
    """

    name: str
    title: str
    note: str
    description: str
    draw: Callable[[int], Canvas]
    table: Table
    legend: tuple[Legend, ...] = ()
