"""The folder in which a JVM unpacks oneDNN's library once, for all later processes."""

from __future__ import annotations

from pathlib import Path

from vitscale.jvm.temporary import library_problem
from vitscale.system.cache_folder import cache_folder
from vitscale.system.user import private_folder

_NAME = "native"
_PRIVATE_NAME = "vitscale-native"


def native_folder(temporary: Path) -> Path:
    """Return a private folder of this user, from which libraries can be loaded.

    Parameters
    ----------
    temporary : Path
        Folder for temporary files, from which libraries can be loaded.

    Returns
    -------
    Path
        ``native`` in this package's cache; a folder below `temporary` if the cache is not writable or is
        mounted noexec.
    """
    wanted = cache_folder() / _NAME
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except OSError:
        return private_folder(_PRIVATE_NAME, temporary)
    return wanted if library_problem(wanted) is None else private_folder(_PRIVATE_NAME, temporary)
