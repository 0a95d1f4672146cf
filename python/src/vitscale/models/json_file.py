"""Settings of a checkpoint: files in JSON that others wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vitscale.errors import ModelError

LARGEST = 64 << 20
"""Bytes of the largest settings file that is read; 21,843 label texts take 2 MB."""
_POINTER = b"version https://git-lfs"


def read_object(file: Path, remedy: str = "Download the model again.") -> dict[str, Any]:
    """Read a JSON object, in UTF-8 or in UTF-16 or UTF-32 with a byte order mark.

    Parameters
    ----------
    file : Path
        What to read.
    remedy : str
        Last sentence of a refusal: what to do next.

    Raises
    ------
    ModelError
        If the file is missing, too large, a Git LFS pointer, no JSON, or holds something else than an object.
    """
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise ModelError(f"{file} has {size:,} bytes; settings have {LARGEST:,} at most. {remedy}")
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
        raise ModelError(f"{file} holds {shown(found)}; expected a JSON object with settings. {remedy}")
    return found


def refuse_pointer(file: Path, start: bytes) -> None:
    """Refuse a file that is Git LFS's pointer to the real one.

    Parameters
    ----------
    file : Path
        For the message.
    start : bytes
        Its first bytes.
    """
    if start.startswith(_POINTER):
        raise ModelError(
            f"{file} is a Git LFS pointer, not the file itself. Run `git lfs pull` in {file.parent}, or "
            "download the model again."
        )


def shown(value: Any) -> str:
    """Return a value of a settings file as JSON has it, short enough for a message."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


_SHOWN = 80
