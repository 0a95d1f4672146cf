"""One look for each backend in every chart: a colour, and for its options a marker and a dash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitscale.report.row import Row

COLOURS = {
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

_SYMBOLS = ("circle", "square", "diamond", "triangle-up")
_DASHES = ("solid", "dash", "dot", "dashdot")


@dataclass(frozen=True)
class Style:
    """How a row is drawn.

    Attributes
    ----------
    colour : str
        CSS variable of the backend's colour.
    symbol, dash : str
        Marker and line, in Plotly's names.
    """

    colour: str
    symbol: str
    dash: str


def styles(rows: Sequence[Row]) -> dict[str, Style]:
    """Return label -> style; the plainest variant of a backend gets the plainest look."""
    found: dict[str, Style] = {}
    variants: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: (len(row.cells[0].benchmark["options"]), row.label)):
        number = variants.get(row.backend, 0)
        variants[row.backend] = number + 1
        found[row.label] = Style(
            colour=f"var(--{row.backend})",
            symbol=_SYMBOLS[number % len(_SYMBOLS)],
            # A fifth variant has the first one's marker and another dash.
            dash=_DASHES[(number + number // len(_SYMBOLS)) % len(_DASHES)],
        )
    return found
