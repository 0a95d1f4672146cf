"""The folder for a JVM's temporary files, from which it loads the native libraries of its jar."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vitscale.errors import SetupError

_VARIABLES = ("TMPDIR", "TEMP", "TMP")  # as Python's tempfile reads them
_OTHERS = ("/tmp", "/var/tmp", "/dev/shm")
_LEAST_FREE = 128 << 20  # bytes: the libraries of ONNX Runtime and of image formats, and the list of files


@dataclass(frozen=True)
class Temporary:
    """A folder for temporary files.

    Attributes
    ----------
    folder : Path
        A folder where libraries can be written and loaded.
    note : str or None
        Reason why it is not the folder of the user or the system.
    """

    folder: Path
    note: str | None = None


def temporary_folder(home: Path | None = None, more: Sequence[Path] = ()) -> Temporary:
    """Return ``TMPDIR`` if libraries can be written and loaded there, else another folder and the reason.

    Parameters
    ----------
    home : Path, optional
        The last folder to try.
    more : sequence of Path
        Folders to try before it.

    Raises
    ------
    SetupError
        If no folder is usable.
    """
    named = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), None)
    candidates = [*((named,) if named else ()), *_OTHERS, *more, *((home,) if home else ())]
    reasons: list[str] = []
    for folder in (Path(candidate).absolute() for candidate in candidates):
        reason = library_problem(folder)
        if reason is not None:
            reasons.append(f"{folder} {reason}")
        elif reasons:
            note = f"{reasons[0]}: temporary files go to {folder}. Set TMPDIR to choose another folder."
            return Temporary(folder, note)
        else:
            return Temporary(folder)
    raise SetupError(
        f"No folder is usable for temporary files: {'; '.join(reasons)}. Set TMPDIR to one that is."
    )


def library_problem(folder: Path) -> str | None:
    """Return the reason why libraries cannot be loaded from a folder, or None if they can."""
    try:
        mode = folder.stat().st_mode
    except OSError as error:  # for example in a folder that this user may not enter
        missing = isinstance(error, FileNotFoundError)
        return "does not exist" if missing else f"cannot be used ({error.strerror})"
    if not stat.S_ISDIR(mode):
        return "is not a folder"
    flags = os.statvfs(folder).f_flag
    if flags & os.ST_RDONLY or not os.access(folder, os.W_OK | os.X_OK):
        return "is not writable"
    if flags & os.ST_NOEXEC:
        return "is mounted noexec, so no library can be loaded from it"
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        return f"has {free >> 20} MiB free; {_LEAST_FREE >> 20} MiB are needed"
    return None
