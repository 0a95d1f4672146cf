"""A drawing area: Matplotlib axes with margins in CSS pixels, plain text, and tooltips."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from vitscale.report.charts.svg_text import clean_svg, raw_svg
from vitscale.report.style import light

FONT_SIZE = 13
_DOTS_PER_INCH = 72  # one point is one CSS pixel of the SVG


class Margins(NamedTuple):
    """Space around the axes, CSS pixels."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass
class Canvas:
    """A drawing.

    Attributes
    ----------
    width, height : float
        CSS pixels.
    axes : Axes
        Where to draw.
    tips : list of str
        Tooltips, in the order of their artists' ids.
    """

    width: float
    height: float
    axes: Axes
    tips: list[str]

    @classmethod
    def of(cls, width: float, height: float, margins: Margins) -> Canvas:
        """Return an empty drawing without frame and ground: the page has them."""
        figure = Figure(figsize=(width / _DOTS_PER_INCH, height / _DOTS_PER_INCH), dpi=_DOTS_PER_INCH)
        figure.patch.set_visible(False)
        inner = (width - margins.left - margins.right, height - margins.top - margins.bottom)
        place = (margins.left / width, margins.bottom / height, inner[0] / width, inner[1] / height)
        axes = figure.add_axes(place, frameon=False)
        axes.tick_params(length=0, labelsize=FONT_SIZE - 1, labelcolor=light("soft"), which="both")
        axes.set_axisbelow(True)
        return cls(width, height, axes, [])

    def tip(self, artist: Artist, text: str) -> None:
        """Show a text when the pointer rests on an artist."""
        artist.set_gid(f"tip-{len(self.tips)}")
        self.tips.append(text)

    def text(self, text: str, xy: tuple[float, float], shift: tuple[float, float], **look: Any) -> None:
        """Write one line of plain text at a distance in pixels from a place.

        Parameters
        ----------
        text : str
            Nothing in it is markup.
        xy : tuple of float
            Place in the coordinates that ``xycoords`` names.
        shift : tuple of float
            Pixels to the right and upwards.
        **look
            More of :meth:`matplotlib.axes.Axes.annotate`.
        """
        options = {"color": light("ink"), "fontsize": FONT_SIZE, "parse_math": False, "zorder": 5, **look}
        self.axes.annotate(
            text, xy, xytext=shift, textcoords="offset pixels", annotation_clip=False, **options
        )

    def grid(self, axis: str, ticks: int = 5) -> None:
        """Rule one axis at a few round values."""
        one = self.axes.xaxis if axis == "x" else self.axes.yaxis
        one.set_major_locator(MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10]))
        one.set_major_formatter(StrMethodFormatter("{x:,g}"))
        self.rule(axis)

    def rule(self, axis: str) -> None:
        """Draw a line at each tick of one axis."""
        self.axes.grid(visible=True, axis=axis, color=light("line"), linewidth=1)  # type: ignore[arg-type]

    def caption(self, text: str) -> None:
        """Add a line of secondary text below the drawing."""
        figure = self.axes.figure
        assert isinstance(figure, Figure)
        place, grown = self.axes.get_position(), self.height + 2 * FONT_SIZE
        share = self.height / grown
        figure.set_size_inches(self.width / _DOTS_PER_INCH, grown / _DOTS_PER_INCH)
        self.axes.set_position((place.x0, 1 - share + place.y0 * share, place.width, place.height * share))
        self.height = grown
        look = {"color": light("soft"), "xycoords": "figure pixels", "ha": "left"}
        self.text(text, (0, 0), (4, 6), **look)

    def svg(self, prefix: str, attributes: dict[str, str]) -> str:
        """Return the drawing as one ``<svg>`` element.

        Parameters
        ----------
        prefix : str
            Start of the ids inside, unique in the page.
        attributes : dict
            More attributes of the element.
        """
        figure = self.axes.figure
        assert isinstance(figure, Figure)
        with warnings.catch_warnings():
            # The browser's fonts draw the text, whatever Matplotlib's own font lacks.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            return clean_svg(raw_svg(figure), self.tips, prefix, attributes)
