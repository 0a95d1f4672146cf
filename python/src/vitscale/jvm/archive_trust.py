"""Decides whether a class archive may be used: its content is code."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def distrust(file: Path, jar: Path) -> str | None:
    """Return the reason not to use a class archive, or None if nobody else can have written it.

    The file and its folder must belong to this user, to root, or to the owner of the jar, whose code runs
    anyway; and no other user may write to them. OpenSSH has the same rule for its files (``misc.c``,
    ``safe_path``).

    Parameters
    ----------
    file : Path
        The archive.
    jar : Path
        The jar of the engine.
    """
    try:
        owners = {0, os.geteuid(), jar.stat().st_uid}
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode):
            return f"{file} is not a regular file"
        for path, found in ((file, status), (file.parent, file.parent.stat())):
            if found.st_uid not in owners:
                return f"{path} belongs to user id {found.st_uid}"
            if found.st_mode & _OTHERS_WRITE:
                return f"other users can write to {path}; run: chmod go-w {path}"
    except OSError as error:
        return f"{file} cannot be read ({error.strerror})"
    return None
