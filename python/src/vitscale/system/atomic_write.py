"""Writes files atomically."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from vitscale.errors import OutputError


def check_writable(path: Path) -> None:
    """Check before long work that a file can be written, and leave nothing behind.

    Folders that are missing are no error: `write_atomically` creates them.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    if _kind(path) == stat.S_IFDIR:
        raise OutputError(f"{path} is a folder; name a file in it.")
    if _is_special(path):
        if not os.access(path, os.W_OK):
            raise OutputError(f"{path} cannot be written: no permission. Choose another place.")
        return
    target = _target(path)
    folder = next(one for one in target.parents if os.path.lexists(one))
    temporary = _beside(folder / target.name)
    try:
        temporary.touch(exist_ok=False)
        temporary.unlink()
    except OSError as error:
        raise _cannot_write(path, error) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it, so that nobody reads a partial file.

    A link stays, and the file behind it is replaced. A pipe or a device is written as it is.

    Raises
    ------
    OutputError
        If it cannot be written; an existing file stays unchanged.
    """
    temporary = None
    try:
        if _is_special(path):
            path.write_bytes(content)
            return
        target = _target(path)
        temporary = _beside(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _is_special(path: Path) -> bool:
    """Tell whether it is a pipe or a device, such as ``/dev/stdout``, which is never replaced."""
    return _kind(path) not in (0, stat.S_IFREG, stat.S_IFDIR)


def _kind(path: Path) -> int:
    """Return what is behind a path, a file type of `stat`; 0 for nothing, or what may not be seen."""
    try:
        return stat.S_IFMT(path.stat().st_mode)
    except OSError:
        return 0


def _target(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be written: {error.strerror}. Choose another place.")
