"""Colours of page and charts, and one look for each backend: colour, marker and dash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitscale.report.row import Row

PAGE_COLOURS = {
    "ink": ("#1a1c20", "#eceef1"),
    "soft": ("#5a616d", "#a2abb8"),
    "line": ("#e3e4e6", "#2d323a"),
    "card": ("#ffffff", "#1a1d22"),
}
"""Text, secondary text, rules and grids, and the ground of charts: on a light and on a dark page."""

BACKEND_COLOURS = {
    "huggingface": ("#66707f", "#9aa5b4"),
    "spark-nlp": ("#d55e00", "#ff8c42"),
    "vitscale": ("#0066b3", "#58b1f0"),
    "onnxruntime": ("#008566", "#3cc7a0"),
    "openvino": ("#a8518b", "#dd9cc4"),
    "forward": ("#8a6d00", "#e0c341"),
}
"""Backend -> colour on a light and on a dark ground.

The hues are those of Okabe and Ito (Color Universal Design, 2008), which colour-blind readers tell apart,
made darker or lighter until they stand out from their ground; the reference is grey.
"""

STAGE_COLOURS = {
    "list": ("#8a8f98", "#868d98"),
    "read": ("#4f5661", "#c3cad4"),
    "decode": ("#b35c00", "#ff9d5c"),
    "resize": ("#0079a8", "#63c5ee"),
    "normalise": ("#00755a", "#4fd0aa"),
    "copy": ("#8d7b00", "#e6d34a"),
    "forward": ("#2b3f8f", "#8fa4ff"),
    "postprocess": ("#98407a", "#e39bc6"),
}
"""Stage -> colour on a light and on a dark ground; neighbours differ in lightness too."""

COLOURS = {
    **PAGE_COLOURS,
    **BACKEND_COLOURS,
    **{f"stage-{name}": pair for name, pair in STAGE_COLOURS.items()},
}
"""Name of the CSS variable -> light and dark colour. Charts are drawn in the light one, which is unique."""

_MARKERS = ("o", "s", "D", "^")
_DASHES = ("solid", "dashed", "dotted", "dashdot")


@dataclass(frozen=True)
class Style:
    """How a row is drawn.

    Attributes
    ----------
    name : str
        Key of the colour in ``COLOURS``.
    marker, dash : str
        Marker and line style, in Matplotlib's names.
    """

    name: str
    marker: str
    dash: str

    @property
    def colour(self) -> str:
        """The colour in a chart."""
        return light(self.name)


def light(name: str) -> str:
    """Return the colour of a name on a light ground; the stylesheet replaces it on a dark one."""
    return COLOURS[name][0]


def styles(rows: Sequence[Row]) -> dict[str, Style]:
    """Return label -> style; the plainest variant of a backend gets the plainest look."""
    found: dict[str, Style] = {}
    variants: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: (len(row.cells[0].benchmark["options"]), row.label)):
        number = variants.get(row.backend, 0)
        variants[row.backend] = number + 1
        found[row.label] = Style(
            name=row.backend,
            marker=_MARKERS[number % len(_MARKERS)],
            # A fifth variant has the first one's marker and another dash.
            dash=_DASHES[(number + number // len(_MARKERS)) % len(_DASHES)],
        )
    return found
