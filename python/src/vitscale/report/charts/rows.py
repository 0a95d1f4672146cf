"""Horizontal rows, one for each backend: name, bar or dots, and figure; on a phone in two lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from vitscale.report.agreement import Verdict
from vitscale.report.charts.canvas import Canvas, Margins
from vitscale.report.row import Row
from vitscale.report.style import Style

_NARROWEST_LINE = 600
"""Width in CSS pixels from which on name, bar and figure fit in one line."""
_LONGEST_NAME = 34
"""Letters of a name in one line."""
BAR = 16
_GAP = 12
_LINE = 16
_NAMES = 240
_DIGIT = 8.2
_AXIS = 28
"""Heights and widths in CSS pixels."""


@dataclass(frozen=True)
class Rows:
    """Names and figures of rows, from the top; the bars between them are drawn at y = 0, 1, ...

    Attributes
    ----------
    names, figures : sequence of str
        Of each row.
    """

    names: Sequence[str]
    figures: Sequence[str]

    def canvas(self, width: int) -> Canvas:
        """Return a drawing with names and figures, and room for bars."""
        is_wide = width >= _NARROWEST_LINE
        lines = max((len(_lines(name)) for name in self.names), default=1)
        height = self._row_height(width)
        above = 0.5 if is_wide else (_GAP / 2 + BAR / 2 + _LINE * lines) / height
        last = max(len(self.names), 1) - 1
        below = last + 0.5 if is_wide else last + (_GAP + BAR) / 2 / height
        figures = 14 + _DIGIT * max((len(figure) for figure in self.figures), default=0)
        margins = Margins(_NAMES, figures, 4, _AXIS) if is_wide else Margins(4, 12, 4, _AXIS)
        canvas = Canvas.of(width, (below + above) * height + 4 + _AXIS, margins)
        canvas.axes.set_ylim(below, -above)
        canvas.axes.set_yticks([])
        canvas.grid("x", ticks=6 if is_wide else 4)
        for at, (name, figure) in enumerate(zip(self.names, self.figures, strict=True)):
            if is_wide:
                _beside(canvas, at, _lines(name), figure, figures)
            else:
                _above(canvas, at, _lines(name), figure)
        return canvas

    def bar_height(self, width: int) -> float:
        """Return how much of the way from one row to the next a bar takes."""
        return BAR / self._row_height(width)

    def _row_height(self, width: int) -> float:
        lines = max((len(_lines(name)) for name in self.names), default=1)
        if width >= _NARROWEST_LINE:
            return max(BAR + _GAP, _LINE * lines + _GAP / 2)
        return BAR + _GAP + _LINE * lines


def draw_bars(
    width: int, rows: Sequence[Row], values: Sequence[float], shown: Sequence[str], looks: Mapping[str, Style]
) -> Canvas:
    """Return bars in the backends' colours, pale where labels differ from the reference's.

    Parameters
    ----------
    width : int
        CSS pixels.
    rows : sequence of Row
        One for each bar.
    values : sequence of float
        Lengths of the bars.
    shown : sequence of str
        The values as text, with their unit.
    looks : mapping
        Label -> style.
    """
    layout = Rows([marked(row) for row in rows], shown)
    canvas = layout.canvas(width)
    for at, (row, value, figure) in enumerate(zip(rows, values, shown, strict=True)):
        (bar,) = canvas.axes.barh(
            at,
            value,
            height=layout.bar_height(width),
            color=looks[row.label].colour,
            linewidth=0,
            alpha=0.4 if _differs(row) else None,
        )
        canvas.tip(bar, _tip(row, figure))
    canvas.axes.set_xlim(left=0, right=1.02 * max(values, default=0) or 1)
    return canvas


def marked(row: Row) -> str:
    """Return the name of a row, with a sign where its labels differ."""
    return f"{row.label}{' ⚠' if _differs(row) else ''}"


def _tip(row: Row, figure: str) -> str:
    size = f", batch size {row.best.batch_size}" if row.best else ""
    return f"{row.label}: {figure}{size}, {row.agreement.verdict.value}"


def _differs(row: Row) -> bool:
    return row.agreement.verdict is Verdict.DIFFERS


def _lines(name: str) -> list[str]:
    return wrap(name, _LONGEST_NAME, break_on_hyphens=False) or [""]


def _beside(canvas: Canvas, at: int, lines: Sequence[str], figure: str, right: float) -> None:
    place = {"xycoords": ("axes fraction", "data"), "va": "center_baseline"}
    for number, line in enumerate(lines):
        down = _LINE * (number - (len(lines) - 1) / 2)
        canvas.text(line, (0, at), (-10, -down - 1), ha="right", **place)
    canvas.text(figure, (1, at), (right - 2, -1), ha="right", fontweight="bold", **place)


def _above(canvas: Canvas, at: int, lines: Sequence[str], figure: str) -> None:
    place = {"xycoords": ("axes fraction", "data"), "va": "baseline"}
    for number, line in enumerate(reversed(lines)):
        canvas.text(line, (0, at), (0, BAR / 2 + 5 + _LINE * number), ha="left", **place)
    canvas.text(figure, (1, at), (0, BAR / 2 + 5), ha="right", fontweight="bold", **place)
