"""One component of a path: a name, or a pattern of names."""

from __future__ import annotations

import re
from functools import cached_property

from vitscale.errors import UsageError

ANY_DEPTH = "**"
"""Pattern of any number of folders, also none."""


def is_pattern(text: str) -> bool:
    """Tell whether a text has a wildcard."""
    return any(one in "*?[{" for one in text)


class NamePattern:
    """A name, or a pattern of names.

    A pattern has ``*``, ``?``, ``[a-c]``, ``[!a]`` or ``{one,two}``; a backslash escapes them.

    Parameters
    ----------
    text : str
        The name or pattern.

    Raises
    ------
    UsageError
        At the first use, if a set has an invalid range.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_any_depth = text == ANY_DEPTH
        self.is_literal = not is_pattern(text)
        self.matches_left_aside = not is_pattern(text[:1])
        """Whether it may match hidden names and markers: as in shells, not if a wildcard comes first."""

    def matches(self, name: str) -> bool:
        """Tell whether a name matches."""
        return name == self.text or (not self.is_literal and self._regex.fullmatch(name) is not None)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        try:
            return re.compile(_regex(self.text), re.DOTALL)
        except re.error as error:
            raise UsageError(f"{self.text} is not a pattern of names: {error}.") from error


def _regex(glob: str) -> str:
    """Return a pattern as a regular expression; the same translation as in Scala's ``NamePattern``."""
    out, at, groups = [], 0, 0
    while at < len(glob):
        one = glob[at]
        end = _closing(glob, at) if one == "[" else -1
        at += 1
        if one == "*":
            out.append(".*")
        elif one == "?":
            out.append(".")
        elif one == "\\" and at < len(glob):
            out.append(re.escape(glob[at]))
            at += 1
        elif end > 0:
            out.append(_set(glob[at:end]))
            at = end + 1
        elif one == "{" and "}" in glob[at:]:
            out.append("(?:")
            groups += 1
        elif one == "}" and groups:
            out.append(")")
            groups -= 1
        elif one == "," and groups:
            out.append("|")
        else:
            out.append(re.escape(one))
    return "".join(out) + ")" * groups


def _closing(glob: str, opening: int) -> int:
    """Return the end of a set, or -1; a bracket in the first position belongs to the set."""
    first = opening + 1 + (glob[opening + 1 : opening + 2] in ("!", "^"))
    return glob.find("]", first + 1)


def _set(content: str) -> str:
    is_negated = content[:1] in ("!", "^")
    characters = content[is_negated:]
    return (
        ("[^" if is_negated else "[")
        + "".join(one if one == "-" else re.escape(one) for one in characters)
        + "]"
    )
