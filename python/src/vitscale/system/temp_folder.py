"""A folder for what a process writes on the way; it goes away however the process ended."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "vitscale-job-"
_LOCK = "in-use"


def scratch_folder(root: Path | None = None) -> Path:
    """Make a folder for this process, and delete those that are left over.

    Parameters
    ----------
    root : Path, optional
        Where; by default the folder for temporary files (``TMPDIR``).

    Returns
    -------
    Path
        It belongs to this process, also when the process has become another program (``execve``): a lock on
        a file in it, which the kernel gives back at the process's end, tells everyone that it is in use.
    """
    root = root or Path(tempfile.gettempdir())
    for folder in root.glob(f"{_PREFIX}*"):
        _delete_if_left_over(folder)
    # Under another name until it is locked, so that nobody takes it for a folder that was left over.
    made = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=root))
    lock = os.open(made / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.set_inheritable(lock, True)
    return made.rename(root / made.name.removeprefix("."))


def _delete_if_left_over(folder: Path) -> None:
    """Delete a folder of ours whose process has ended; what others put there under such a name stays."""
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
