"""A temporary folder of a process, which is deleted however the process ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "vitscale-job-"
_LOCK = "in-use"


def scratch_folder(root: Path | None = None) -> Path:
    """Create a temporary folder for this process, and delete those of ended processes.

    Parameters
    ----------
    root : Path, optional
        Parent folder; by default the folder for temporary files (``TMPDIR``).

    Returns
    -------
    Path
        The folder belongs to this process, also after ``execve``: a lock on a file in it marks it as in use,
        and the kernel releases the lock when the process ends.
    """
    root = root or Path(tempfile.gettempdir())
    for folder in root.glob(f"{_PREFIX}*"):
        _delete_if_left_over(folder)
    # Keep another name until it is locked, so that no other process deletes it.
    made = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=root))
    lock = os.open(made / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.set_inheritable(lock, True)
    return made.rename(root / made.name.removeprefix("."))


def _delete_if_left_over(folder: Path) -> None:
    """Delete a folder of this user whose process has ended; keep folders of others with such a name."""
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            return
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(lock)
