"""Writes files atomically."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from vitscale.errors import OutputError


def check_writable(path: Path) -> None:
    """Check before long work that a file can be written, and create missing folders.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder; name a file in it.")
    temporary = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
        temporary.unlink()
    except OSError as error:
        raise _cannot_write(path, error) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it, so that nobody reads a partial file.

    Raises
    ------
    OutputError
        If it cannot be written; an existing file stays unchanged.
    """
    temporary = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be written: {error.strerror}. Choose another place.")
