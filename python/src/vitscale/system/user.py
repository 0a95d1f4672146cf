"""The name and home of the user who runs a JVM, also if the system has neither.

Containers often run under a user id that is missing in ``/etc/passwd``, and without ``HOME``. Java then uses
``?`` for user and home and writes to a folder of this name; Hadoop fails with a stack trace.
"""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from pathlib import Path

_NAME_VARIABLES = ("HADOOP_USER_NAME", "SPARK_USER", "USER", "LOGNAME")


def has_passwd_entry() -> bool:
    """Tell whether the system has a name for this process's user id."""
    return _entry() is not None


def user_name() -> str:
    """Return the user's name, else a name from the environment, else the user id."""
    entry = _entry()
    if entry is not None:
        return entry.pw_name
    named = (os.environ.get(name) for name in _NAME_VARIABLES)
    return next(filter(None, named), str(os.geteuid()))


def existing_home() -> Path | None:
    """Return ``HOME``, else the home in ``/etc/passwd``; None if neither is a folder."""
    entry = _entry()
    for name in (os.environ.get("HOME"), entry.pw_dir if entry else None):
        if name and Path(name).is_absolute() and Path(name).is_dir():
            return Path(name)
    return None


def home_folder() -> Path:
    """Return the user's home, else a private folder among the temporary files."""
    return existing_home() or private_folder("vitscale-home", Path(tempfile.gettempdir()))


def private_folder(name: str, parent: Path) -> Path:
    """Return a private folder of this user, the same each time unless another user can write to it.

    Parameters
    ----------
    name : str
        First part of its name, before the user id.
    parent : Path
        Parent folder, such as the folder for temporary files.
    """
    folder = parent / f"{name}-{os.geteuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022:
            return folder
    except OSError:
        pass  # another user's file has this name
    return Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=parent))


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(os.geteuid())
    except KeyError:
        return None
