"""The sections of a page that templates render, and the text around them."""

from __future__ import annotations

import re
from collections.abc import Callable

from vitscale.errors import UsageError

_BEGIN = "<!-- figures: {} -->\n"
_END = "<!-- end of figures -->"
_SECTION = re.compile(
    r"(?P<begin><!-- figures: (?P<name>[\w-]+) -->\n)(?P<body>.*?)(?P<end><!-- end of figures -->)", re.DOTALL
)


def names(page: str) -> list[str]:
    """Return the names of the sections of a page, in their order.

    Raises
    ------
    UsageError
        If a section has no end.
    """
    found = [match["name"] for match in _SECTION.finditer(page)]
    if page.count(_BEGIN.split("{}", maxsplit=1)[0]) != len(found) or page.count(_END) != len(found):
        raise UsageError(f"A section of figures has no end: expected {_END} after each beginning.")
    return found


def replaced(page: str, body_of: Callable[[str], str]) -> str:
    """Return a page whose sections have the bodies that a function gives for their names."""
    return _SECTION.sub(lambda match: match["begin"] + body_of(match["name"]) + match["end"], page)


def outside(page: str) -> str:
    """Return a page without the bodies of its sections, with as many lines as before."""
    return _SECTION.sub(lambda match: "\n" * match[0].count("\n"), page)
