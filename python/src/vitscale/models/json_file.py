"""Reads the settings of a checkpoint: JSON files of other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vitscale.errors import ModelError

LARGEST = 64 << 20
"""Largest settings file that is read, in bytes; 21,843 label texts take 2 MB."""
_POINTER = b"version https://git-lfs"


def read_object(file: Path, remedy: str = "Download the model again.") -> dict[str, Any]:
    """Read a JSON object, in UTF-8 or in UTF-16 or UTF-32 with a byte order mark.

    Parameters
    ----------
    file : Path
        The file.
    remedy : str
        Last sentence of the error: what to do next.

    Raises
    ------
    ModelError
        If the file is missing, too large, a Git LFS pointer, not JSON, or not an object.
    """
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise ModelError(f"{file} has {size:,} bytes; expected at most {LARGEST:,}. {remedy}")
        content = file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error.strerror or error}. {remedy}") from error
    refuse_pointer(file, content)
    if not content.strip():
        raise ModelError(f"{file} is empty. {remedy}")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{file} is not JSON: {error}. {remedy}") from error
    if not isinstance(found, dict):
        raise ModelError(f"{file} has {shown(found)}; expected a JSON object with settings. {remedy}")
    return found


def refuse_pointer(file: Path, start: bytes) -> None:
    """Raise an error for a Git LFS pointer.

    Parameters
    ----------
    file : Path
        The file, for the message.
    start : bytes
        First bytes of the file.
    """
    if start.startswith(_POINTER):
        raise ModelError(
            f"{file} is a Git LFS pointer, not the file itself. Run `git lfs pull` in {file.parent}, or "
            "download the model again."
        )


def wrong_field(value: Any, name: str, expected: str, where: str) -> ModelError:
    """Return the error for a field with an invalid value.

    Parameters
    ----------
    value : object
        What the file has.
    name, expected, where : str
        The field, what it may be, and the name of the file.
    """
    return ModelError(f"{name} in {where} is {shown(value)}; expected {expected}. Correct it.")


def shown(value: Any) -> str:
    """Return a value of a settings file as JSON, shortened for a message."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


_SHOWN = 80
