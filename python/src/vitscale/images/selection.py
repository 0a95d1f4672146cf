"""The part of a folder that the user selects: all of it, names in it, or patterns."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vitscale.images.name_pattern import NamePattern, is_pattern


@dataclass
class Target:
    """A file, folder or pattern of the user, and whether it matches anything."""

    text: str
    is_found: bool = False


@dataclass(frozen=True)
class _Rest:
    """The remaining components of a name or pattern at the current place of a walk."""

    names: tuple[NamePattern, ...]
    target: Target

    @property
    def next(self) -> _Rest:
        return _Rest(self.names[1:], self.target)

    def ends(self, is_folder: bool) -> bool:
        return not self.names or (is_folder and len(self.names) == 1 and self.names[0].is_any_depth)

    def without_depth(self) -> Iterable[_Rest]:
        """Yield itself, and the rest after a ``**`` that matches no folder."""
        yield self
        if self.names and self.names[0].is_any_depth:
            yield from self.next.without_depth()


class Selection:
    """The state of a walk; Scala's ``Selection`` is the same.

    Overlapping names form one selection, so that a walk lists every file once.

    Parameters
    ----------
    rests : sequence
        Remaining components of each name.
    is_below : bool
        Whether a parent folder was named.
    """

    def __init__(self, rests: Sequence[_Rest] = (), is_below: bool = False) -> None:
        self._rests = rests
        self.is_below = is_below
        self.is_empty = not rests and not is_below
        self._literals: dict[str, list[_Rest]] = defaultdict(list)
        self._patterns: list[_Rest] = []
        for rest in (one for first in rests for one in first.without_depth() if one.names):
            if rest.names[0].is_literal:
                self._literals[rest.names[0].text].append(rest)
            else:
                self._patterns.append(rest)

    def is_named(self, *, is_folder: bool) -> bool:
        """Tell whether a name or pattern ends here. A final ``**`` matches folders."""
        return any(rest.ends(is_folder) for rest in self._rests)

    def found(self, *, is_folder: bool) -> None:
        """Mark the names and patterns that end here as found."""
        for rest in self._rests:
            if rest.ends(is_folder):
                rest.target.is_found = True

    def enter(self, name: str, *, is_left_aside: bool) -> Selection:
        """Return the selection of an entry of this folder.

        Parameters
        ----------
        name : str
            The entry.
        is_left_aside : bool
            Whether the rules of listing ignore the entry unless it is named.
        """
        rests = [rest.next for rest in self._literals.get(name, ())]
        for rest in self._patterns:
            pattern = rest.names[0]
            if pattern.is_any_depth:
                if not is_left_aside:
                    rests.append(rest)
            elif (not is_left_aside or pattern.matches_left_aside) and pattern.matches(name):
                rests.append(rest.next)
        is_below = not is_left_aside and (self.is_below or self.is_named(is_folder=True))
        if rests:
            return Selection(rests, is_below)
        return _BELOW if is_below else _NOTHING


_NOTHING = Selection()
_BELOW = Selection(is_below=True)


def select(targets: Iterable[Target]) -> dict[Path, Selection]:
    """Return the places to walk, none inside another, and the selection of each.

    An existing name is never a pattern. A place need not exist.

    Parameters
    ----------
    targets : iterable of Target
        Files, folders and patterns, relative to the working directory.
    """
    named = [(*_divided(_absolute(target.text)), target) for target in targets]
    roots = {place for place, _, _ in named}
    rests: dict[Path, list[_Rest]] = defaultdict(list)
    for place, below, target in named:
        outer = next(one for one in reversed([place, *place.parents]) if one in roots)
        between = place.relative_to(outer).parts
        rests[outer].append(_Rest(tuple(map(NamePattern, [*between, *below])), target))
    return {place: Selection(ones) for place, ones in rests.items()}


def _absolute(text: str) -> Path:
    """Return the absolute path. ``..`` behind a link is the folder above the linked one, as in the system."""
    whole = Path.cwd() / text
    place = Path(whole.anchor)
    for name in whole.parts[1:]:
        if name == "..":
            place = (Path(os.path.realpath(place)) if place.is_symlink() else place).parent
        else:
            place /= name
    return place


def _divided(path: Path) -> tuple[Path, list[str]]:
    """Split a path into a place, and names and patterns below it."""
    if os.path.lexists(path):
        return path, []
    place, names = Path(path.anchor), list(path.parts[1:])
    while names and (not is_pattern(names[0]) or os.path.lexists(place / names[0])):
        place /= names.pop(0)
    return place, names
