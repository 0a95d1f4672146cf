"""The forms that a report takes; the command line needs no more than this to start."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from vitscale.errors import UsageError


class Format(StrEnum):
    """A form of the report; the value is what ``--format`` is given."""

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
    """Return the form that a file's suffix asks for.

    Raises
    ------
    UsageError
        If it is none of them.
    """
    try:
        return _SUFFIXES[output.suffix.lower()]
    except KeyError:
        raise UsageError(
            f"{output} does not say what to write; expected a name that ends in {', '.join(_SUFFIXES)}, "
            "or give --format."
        ) from None
