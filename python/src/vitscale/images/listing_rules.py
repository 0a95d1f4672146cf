"""The rules of listing: names that the search of a folder includes, and names that it ignores.

The names are in ``listing-rules.json``, which the JVM also reads (Scala's ``ListingRules``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from vitscale.images.name_pattern import NamePattern, is_pattern

if TYPE_CHECKING:
    from vitscale.results import schema

HIDDEN = "hidden"
"""Reason for ignoring a name that is not a marker."""

_MOST_PLACES = 3


@dataclass
class Ignored:
    """Files that a listing ignored, by rule.

    Attributes
    ----------
    other_names : int
        Files without a suffix of an image.
    hidden : int
        Files and folders whose names start with ``.``.
    markers : dict of str to int
        Files and folders of other programs: name in the rules -> number.
    """

    other_names: int = 0
    hidden: int = 0
    markers: Counter[str] = field(default_factory=Counter)

    def add(self, reason: str) -> None:
        """Count a name with the reason of :meth:`ListingRules.left_aside`."""
        if reason == HIDDEN:
            self.hidden += 1
        else:
            self.markers[reason] += 1

    def in_words(self) -> str | None:
        """Return all counts in one line, with the option that includes these files; None without any."""
        by_option = [
            f"{count:,} {what}"
            for count, what in (
                (
                    self.other_names,
                    "file with another suffix" if self.other_names == 1 else "files with other suffixes",
                ),
                (self.hidden, HIDDEN),
            )
            if count
        ]
        parts = [f"{' and '.join(by_option)} (--all-files takes them)"] if by_option else []
        if self.markers:
            names = ", ".join(sorted(self.markers))
            parts.append(f"{sum(self.markers.values()):,} of other programs ({names})")
        return f"left aside: {', '.join(parts)}" if parts else None

    def to_json(self) -> schema.Ignored:
        """Return the counts in the form of the results schema and the job's ledger."""
        return {
            "other_names": self.other_names,
            "hidden": self.hidden,
            "markers": dict(sorted(self.markers.items())),
        }


@dataclass(frozen=True)
class ListingRules:
    """Rules for the files of a folder that count as images.

    Attributes
    ----------
    all_files : bool
        Whether to include every file except markers.
    """

    all_files: bool = False

    def left_aside(self, name: str) -> str | None:
        """Return the reason to ignore a name unless the user names it: `HIDDEN`, or its marker; else None."""
        names = _names()
        if name in names.markers:
            return name
        for pattern in names.patterns:
            if pattern.matches(name):
                return pattern.text
        return HIDDEN if not self.all_files and name.startswith(names.hidden_prefix) else None

    def is_image(self, name: str) -> bool:
        """Tell whether a file's name has a suffix of an image."""
        return self.all_files or ("." in name and name.rpartition(".")[2].lower() in suffixes())


def suffixes() -> frozenset[str]:
    """Return the suffixes of the supported formats, in lower case and without dots."""
    return _names().suffixes


def no_image(places: Sequence[object], ignored: Ignored) -> str:
    """Return the message for a search without images."""
    more = f" and {len(places) - _MOST_PLACES} other places" if len(places) > _MOST_PLACES else ""
    return (
        f"{', '.join(map(str, places[:_MOST_PLACES]))}{more} holds no image: no file ends in "
        f"{', '.join(sorted(suffixes()))}; {ignored.in_words() or 'no other file lies there'}."
    )


class _Names(NamedTuple):
    suffixes: frozenset[str]
    hidden_prefix: str
    markers: frozenset[str]
    patterns: tuple[NamePattern, ...]


@cache
def _names() -> _Names:
    rules = json.loads(files("vitscale.images").joinpath("listing-rules.json").read_text(encoding="utf-8"))
    markers = rules["markers"]
    return _Names(
        frozenset(rules["suffixes"]),
        rules["hidden_prefix"],
        frozenset(name for name in markers if not is_pattern(name)),
        tuple(NamePattern(name) for name in markers if is_pattern(name)),
    )
