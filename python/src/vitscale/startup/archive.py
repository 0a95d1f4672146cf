"""Makes a class archive, and deletes old ones."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vitscale.errors import OutputError, UsageError
from vitscale.jvm.archive_trust import distrust
from vitscale.jvm.class_archive import (
    archive_key,
    archive_name,
    archives,
    class_path_entries,
    class_path_problem,
    own_choice,
    private_folder,
    shared_folder,
    truncation,
)
from vitscale.jvm.jar import jar_path
from vitscale.jvm.java import find_java
from vitscale.jvm.launch import SPARK_SUBMIT, class_path, launch
from vitscale.startup.class_list import list_classes
from vitscale.startup.process import run
from vitscale.system.temp_folder import scratch_folder

_KEPT = 3
"""Archives of one folder: a newer Java or jar makes another one, and several environments share a cache."""
_NEEDED_FREE = 400 << 20  # bytes: an archive has about 180 MB


@dataclass(frozen=True)
class Made:
    """An archive.

    Attributes
    ----------
    file : Path
        The archive.
    is_new : bool
        Whether this call made it.
    """

    file: Path
    is_new: bool


def make_archive(*, for_all_users: bool = False, say: Callable[[str], None] = lambda _: None) -> Made:
    """Make the class archive for the installed Java and jars, unless it exists.

    The archive gets its name when it is complete, so two calls at once do no harm.

    Parameters
    ----------
    for_all_users : bool
        Whether to write it beside the jars instead of into the user's cache.
    say : callable
        Receives progress, one sentence each.

    Raises
    ------
    UsageError
        If the settings of this process allow no archive.
    OutputError
        If the folder cannot be written, has too little space, or others can write to it.
    JavaError
        If there is no Java 17 or 21, or it makes no archive.
    """
    java, entries = find_java(), class_path_entries(class_path())
    chosen = own_choice(())
    problem = class_path_problem(entries) or (chosen and f"flags for Java have {chosen}")
    if problem:
        raise UsageError(f"No class archive is possible: {problem}. Unset it for this command.")
    folder = shared_folder() if for_all_users else private_folder()
    key = archive_key(java, entries)
    for file in archives(folder, key):
        if distrust(file, jar_path()) is None and truncation(file) is None:
            return Made(file, is_new=False)
    work = _work_folder(folder, is_private=not for_all_users)
    try:
        say("Listing the classes that a job and a Spark session load")
        classes = list_classes(work)
        say("Writing them into an archive")
        dump = _dump(classes, work / "dump.jsa", entries)
        file = dump.replace(folder / archive_name(key, dump.stat().st_size))
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    doubt = distrust(file, jar_path())
    if doubt is not None:
        raise OutputError(f"The class archive would not be used: {doubt}.")
    _delete_old(folder)
    return Made(file, is_new=True)


def _work_folder(folder: Path, *, is_private: bool) -> Path:
    """Return a new folder in the folder of the archives, which is made if it is missing."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700 if is_private else 0o755)
        free = shutil.disk_usage(folder).free
        if free < _NEEDED_FREE:
            raise OutputError(
                f"{folder} has {free >> 20} MiB free, and an archive needs {_NEEDED_FREE >> 20} MiB. Free "
                "disk space, or choose another cache with XDG_CACHE_HOME."
            )
        return scratch_folder(folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error


def _dump(classes: Path, file: Path, entries: Sequence[str]) -> Path:
    """Write an archive of listed classes, and check that Java accepts it."""
    flags = (f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={file}")
    jvm = launch(SPARK_SUBMIT, [], flags=("-Xshare:dump", *flags))
    command = list(jvm.command)
    command[command.index("-cp") + 1] = os.pathsep.join(entries)
    run(command, jvm.environment, "Java's dump of the class archive", file)
    check = [flag for flag in command if flag not in ("-Xshare:dump", flags[0])]
    last = check.index("-cp") + 2
    run([*check[:last], "-Xshare:on", "-version"], jvm.environment, "Java's check of the class archive", file)
    with file.open("rb") as written:
        os.fsync(written.fileno())
    return file


def _delete_old(folder: Path) -> None:
    """Delete all but the newest archives."""
    found = sorted(archives(folder), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in found[_KEPT:]:
        file.unlink(missing_ok=True)


def _cannot_write(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{folder} cannot be written: {error.strerror}. Choose another cache with XDG_CACHE_HOME."
    )
