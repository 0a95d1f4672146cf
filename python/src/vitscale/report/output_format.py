"""Formats of a report, in a module that imports little, for the command line."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from vitscale.errors import UsageError


class Format(StrEnum):
    """Format of a report; the value is that of ``--format``."""

    HTML = "html"
    MARKDOWN = "markdown"
    CSV = "csv"
    SVG = "svg"


_SUFFIXES = {
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".md": Format.MARKDOWN,
    ".csv": Format.CSV,
    ".svg": Format.SVG,
}


def format_of(output: Path) -> Format:
    """Return the format of a file's suffix.

    Raises
    ------
    UsageError
        If the suffix is unknown.
    """
    try:
        return _SUFFIXES[output.suffix.lower()]
    except KeyError:
        raise UsageError(
            f"The suffix of {output} is not a format; expected {', '.join(_SUFFIXES)}. Or give --format."
        ) from None
