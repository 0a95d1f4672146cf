"""The folder in which a JVM unpacks oneDNN's library, once for all later processes."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from vitscale.jvm.temporary import library_problem
from vitscale.system.cache_folder import cache_folder

_NAME = "native"


def native_folder(temporary: Path) -> Path:
    """Return a folder of this user alone, from which libraries can be loaded.

    Parameters
    ----------
    temporary : Path
        Folder for temporary files, from which libraries can be loaded.

    Returns
    -------
    Path
        ``native`` in this package's cache; a folder below `temporary` where the cache may not be written or
        is mounted noexec.
    """
    wanted = cache_folder() / _NAME
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _below(temporary)
    return wanted if library_problem(wanted) is None else _below(temporary)


def _below(temporary: Path) -> Path:
    """Return the same folder each time, unless another user owns it: its libraries could be anything."""
    wanted = temporary / f"vitscale-native-{os.geteuid()}"
    try:
        wanted.mkdir(mode=0o700, exist_ok=True)
        status = wanted.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022:
            return wanted
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="vitscale-native-", dir=temporary))
