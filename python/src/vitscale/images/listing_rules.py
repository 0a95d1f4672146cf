"""The rules of listing: names that the search of a folder takes, and names that it leaves aside.

The names themselves stand in ``listing-rules.json``, which the JVM reads as well (Scala's ``ListingRules``).
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
"""The reason for which a name is left aside that is no marker."""

_MOST_PLACES = 3


@dataclass
class Ignored:
    """What a listing left aside, by rule.

    Attributes
    ----------
    other_names : int
        Files whose suffixes are no image's.
    hidden : int
        Files and folders whose names start with ``.``.
    markers : dict of str to int
        Files and folders of other programs: their name in the rules -> how many.
    """

    other_names: int = 0
    hidden: int = 0
    markers: Counter[str] = field(default_factory=Counter)

    def add(self, reason: str) -> None:
        """Count a name that :meth:`ListingRules.left_aside` gives a reason for."""
        if reason == HIDDEN:
            self.hidden += 1
        else:
            self.markers[reason] += 1

    def in_words(self) -> str | None:
        """Return all of it in a line, with the option that takes it; None if nothing was left aside."""
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
        """Return the counts as the results schema and the job's ledger have them."""
        return {
            "other_names": self.other_names,
            "hidden": self.hidden,
            "markers": dict(sorted(self.markers.items())),
        }


@dataclass(frozen=True)
class ListingRules:
    """Which files of a folder count as images.

    Attributes
    ----------
    all_files : bool
        Take every file but markers, whatever its name.
    """

    all_files: bool = False

    def left_aside(self, name: str) -> str | None:
        """Return why a file or folder is passed over unless the user names it: `HIDDEN`, or its marker."""
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
    """Return the suffixes of the formats that the decoders read, in lower case and without their dots."""
    return _names().suffixes


def no_image(places: Sequence[object], ignored: Ignored) -> str:
    """Return what is said where a search finds no image."""
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
