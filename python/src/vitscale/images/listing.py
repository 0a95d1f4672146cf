"""Lists files like the job: it follows links, detects loops, and records a reason for each failure."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from vitscale.errors import UsageError
from vitscale.images.listing_rules import Ignored, ListingRules
from vitscale.images.selection import Selection, Target, select

_LOOP = "a link that leads back to a folder above it"
_DEAD_LINK = "a link to a file that is not there, or that may not be read"
_NO_FILE = "not a file that holds data, but a pipe, a socket or a device"


@dataclass
class Listing:
    """Result of a search.

    Attributes
    ----------
    files : list of Path
        Files that count as images.
    problems : dict of Path to str
        Path that could not be listed -> reason: folders without permission, broken links, link loops, pipes.
    ignored : Ignored
        Ignored files.
    """

    files: list[Path] = field(default_factory=list)
    problems: dict[Path, str] = field(default_factory=dict)
    ignored: Ignored = field(default_factory=Ignored)


def list_files(names: Sequence[str | Path], rules: ListingRules) -> Listing:
    """List files, folders with their subfolders, and patterns of either; each file once.

    Raises
    ------
    UsageError
        If a name matches nothing.
    """
    targets = [Target(os.fspath(name)) for name in names]
    walk = _Walk(rules)
    for place, selection in select(targets).items():
        walk.start(place, selection)
    for target in targets:
        if not target.is_found:
            raise UsageError(
                f"There is no folder or file {target.text}. Name files, folders or a pattern of them."
            )
    return walk.listing


_Identity = tuple[int, int]
"""Device and inode of a folder, to detect link loops."""


class _Folder(NamedTuple):
    """A folder to read, with the identities of itself and of its parents in this walk."""

    path: str
    selection: Selection
    identities: tuple[_Identity, ...]


class _Walk:
    def __init__(self, rules: ListingRules) -> None:
        self._rules = rules
        self._folders: list[_Folder] = []
        self.listing = Listing()

    def start(self, place: Path, selection: Selection) -> None:
        """List the selected files of a place; a missing place has none."""
        if not os.path.lexists(place):
            return
        self._take(str(place), place.name, selection, ())
        while self._folders:
            folder = self._folders.pop()
            try:
                with os.scandir(folder.path) as entries:
                    for entry in entries:
                        self._entry(entry, folder)
            except OSError as error:
                self.listing.problems[Path(folder.path)] = reason(error)

    def _take(self, path: str, name: str, selection: Selection, above: tuple[_Identity, ...]) -> None:
        try:
            status: os.stat_result | None = os.stat(path)  # noqa: PTH116  (a million files)
        except OSError as error:
            if not os.path.islink(path):  # noqa: PTH114
                selection.found(is_folder=True)
                self.listing.problems[Path(path)] = reason(error)
                return
            status = None
        is_folder = status is not None and stat.S_ISDIR(status.st_mode)
        selection.found(is_folder=is_folder)
        if status is not None and is_folder:
            identity = (status.st_dev, status.st_ino)
            if identity in above:
                self.listing.problems[Path(path)] = _LOOP
            else:
                self._folders.append(_Folder(path, selection, (*above, identity)))
        elif selection.is_named(is_folder=False) or (selection.is_below and self._is_image(name)):
            if status is not None and stat.S_ISREG(status.st_mode):
                self.listing.files.append(Path(path))
            else:
                self.listing.problems[Path(path)] = _DEAD_LINK if status is None else _NO_FILE

    def _entry(self, entry: os.DirEntry[str], folder: _Folder) -> None:
        why = self._rules.left_aside(entry.name)
        entered = folder.selection.enter(entry.name, is_left_aside=why is not None)
        if not entered.is_empty:
            self._take(entry.path, entry.name, entered, folder.identities)
        elif why is not None and not folder.selection.enter(entry.name, is_left_aside=False).is_empty:
            self.listing.ignored.add(why)

    def _is_image(self, name: str) -> bool:
        takes = self._rules.is_image(name)
        self.listing.ignored.other_names += not takes
        return takes


def reason(error: OSError) -> str:
    """Return the reason why a file or folder cannot be listed, in the same words as the job."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return "no permission to read it"
    if error.errno == errno.ENOENT:
        return "it was listed and is gone now"
    return error.strerror or str(error)
