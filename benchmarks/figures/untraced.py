"""Measured numbers in a text that no expression computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

_CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)\n]*\)|<[^>\n]*>|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
"""Code, targets of links, HTML, and the expressions of a template."""
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_NUMBERS = rf"(?<![\w.,/-]){_NUMBER}(?:\s?(?:to|and|or|\N{{EN DASH}})\s?{_NUMBER})*\s?"
_SPEED = (
    r"images?/s|images? (?:a|per) second|[GT]FLOP/s|ms\b|milliseconds|\N{MULTIPLICATION SIGN}"
    r"|times (?:as|the)\b|% (?:faster|slower)"
)
_ANY = rf"{_SPEED}|%|percent|[KMG]i?B\b|s\b|seconds\b|minutes\b"


class Untraced(NamedTuple):
    """A number with its unit, and the line where it stands."""

    line: int
    text: str


Finder = Callable[[str, Sequence[str]], list[Untraced]]


def speeds(text: str, known: Sequence[str] = ()) -> list[Untraced]:
    """Return the numbers of prose that state a speed or a time in milliseconds.

    Parameters
    ----------
    text : str
        Markdown.
    known : sequence of str
        Phrases of this text whose numbers are settings or examples.
    """
    return _found(_SPEED, text, known)


def figures(text: str, known: Sequence[str] = ()) -> list[Untraced]:
    """Return the numbers of prose with any unit of speed, time, size or share.

    Parameters
    ----------
    text : str
        Template of a section.
    known : sequence of str
        Phrases of this text whose numbers are settings or examples.
    """
    return _found(_ANY, text, known)


def stale(text: str, known: Sequence[str]) -> list[str]:
    """Return the known phrases that a text does not have."""
    flat = " ".join(text.split())
    return [phrase for phrase in known if phrase not in flat]


def _found(units: str, text: str, known: Sequence[str]) -> list[Untraced]:
    prose = _CODE.sub(_blank, text)
    for phrase in known:
        prose = re.sub(r"\s+".join(map(re.escape, phrase.split())), _blank, prose)
    return [
        Untraced(prose.count("\n", 0, match.start()) + 1, " ".join(match[0].split()))
        for match in re.finditer(rf"{_NUMBERS}(?:{units})", prose)
    ]


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
