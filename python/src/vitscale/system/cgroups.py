"""Reads the memory limits of this process's control groups on Linux.

Versions 1 and 2 are supported. A limit applies to all groups below it, so every ancestor is read.
Source of the file names: ``cgroup-v2.rst`` and ``cgroup-v1/memory.rst`` of the Linux kernel's documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_LIMIT_FILES = {
    "cgroup2": ("memory.max", "memory.high"),
    "cgroup": ("memory.limit_in_bytes",),
}
_STATISTICS = "memory.stat"
_HIERARCHICAL_LIMIT = "hierarchical_memory_limit"


@dataclass(frozen=True)
class Limit:
    """A limit of memory.

    Attributes
    ----------
    size : int
        Bytes.
    source : str
        Source of the limit for messages: a file of a control group, or another name.
    """

    size: int
    source: str


def cgroup_limits(root: Path = Path("/")) -> list[Limit]:
    """Return the limits of this process's control group and of all its ancestors.

    Parameters
    ----------
    root : Path
        Root of ``proc`` and the mounted hierarchies; another folder than ``/`` in tests.

    Returns
    -------
    list of Limit
        In no order. A group without a limit is left out; version 1 has a huge number instead, which stays in
        the list.
    """
    return [
        limit
        for mount in _mounts(root)
        for folder in _folders(root, mount)
        for limit in _limits(folder, mount.kind)
    ]


@dataclass(frozen=True)
class _Mount:
    """A mounted hierarchy that controls memory: kind, group at its root, and folder."""

    kind: str
    group: PurePosixPath
    folder: Path


def _mounts(root: Path) -> Iterator[_Mount]:
    """Read ``proc/self/mountinfo``, whose columns ``proc_pid_mountinfo(5)`` describes."""
    for line in _lines(root / "proc/self/mountinfo"):
        before, separator, after = line.partition(" - ")
        if not separator:
            continue
        columns, described = before.split(), after.split()
        kind, options = described[0], described[-1].split(",")
        if kind == "cgroup2" or (kind == "cgroup" and "memory" in options):
            folder = root / _unescaped(columns[4]).lstrip("/")
            yield _Mount(kind, PurePosixPath(_unescaped(columns[3])), folder)


def _folders(root: Path, mount: _Mount) -> list[Path]:
    """Return the folder of this process's group and those of its ancestors, as far as they are mounted."""
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, group = line.split(":", 2)
        if (mount.kind == "cgroup2" and not controllers) or "memory" in controllers.split(","):
            path = PurePosixPath(group)
            inside = path.relative_to(mount.group) if path.is_relative_to(mount.group) else PurePosixPath()
            if ".." in inside.parts:  # a group outside of this namespace
                inside = PurePosixPath()
            return [mount.folder / one for one in (inside, *inside.parents)]
    return [mount.folder]


def _limits(folder: Path, kind: str) -> Iterator[Limit]:
    for name in _LIMIT_FILES[kind]:
        for line in _lines(folder / name):
            if line.isdecimal() and int(line) > 0:  # "max" means no limit
                yield Limit(int(line), str(folder / name))
    if kind == "cgroup":
        for line in _lines(folder / _STATISTICS):  # includes ancestors that a container cannot see
            name, _, value = line.partition(" ")
            if name == _HIERARCHICAL_LIMIT and value.isdecimal():
                yield Limit(int(value), str(folder / _STATISTICS))


def _lines(file: Path) -> list[str]:
    """Return the lines of a file; none if it is missing or unreadable."""
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []


def _unescaped(name: str) -> str:
    """Undo the octal escapes that the kernel writes for blanks and backslashes."""
    for octal in ("040", "011", "012", "134"):
        name = name.replace(f"\\{octal}", chr(int(octal, 8)))
    return name
