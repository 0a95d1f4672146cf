"""Finds the class archive (Class Data Sharing) with which a JVM starts faster.

Java maps the archive into memory, where it would otherwise read, parse and verify thousands of classes. The
JVM checks by itself that the archive fits its build, its heap and each jar, and starts without it if not.
`vitscale.startup` makes archives.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vitscale.jvm.archive_trust import distrust
from vitscale.jvm.jar import jar_path
from vitscale.jvm.java import Java
from vitscale.system.cache_folder import cache_folder

COMMAND = "vitscale archive-classes"

_FOLDER = "class-archives"
_CHOICES = (
    "-Xshare:",
    "-XX:SharedArchiveFile=",
    "-XX:ArchiveClassesAtExit=",
    "-XX:DumpLoadedClassList=",
    "-XX:+AutoCreateSharedArchive",
)
"""Flags with which a user chooses another archive, or none."""
_VARIABLES = ("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS")
_CHECKED = "-XX:+VerifySharedSpaces"
"""Java compares checksums, which costs no measurable time; else a damaged archive could crash the JVM."""
_SILENT = "-Xlog:cds*=off"
"""Java 21 prints a warning to stdout if an archive is damaged. Without it, Java starts as before."""
_LONGEST = 100_000
"""Most bytes of a class path without wildcards; Linux limits an argument to 128 KiB."""


@dataclass(frozen=True)
class SharedClasses:
    """An archive for a JVM to start.

    Attributes
    ----------
    file : Path
        The archive.
    class_path : str
        The class path that it was made for: Java takes it for no other order of jars.
    """

    file: Path
    class_path: str

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags for Java."""
        return (f"-XX:SharedArchiveFile={self.file}", "-Xshare:auto", _CHECKED, _SILENT)


def private_folder() -> Path:
    """Return the folder of the archives that this user made."""
    return cache_folder() / _FOLDER


def shared_folder() -> Path:
    """Return the folder, beside the jars, of the archives for all users of this installation."""
    return jar_path().parent / _FOLDER


def shared_classes(java: Java, class_path: str, flags: Sequence[str] = ()) -> SharedClasses | None:
    """Return the archive for a JVM, or None if there is none that can be used.

    Parameters
    ----------
    java : Java
        The runtime.
    class_path : str
        Its class path; entries ``FOLDER/*`` stand for all jars of a folder.
    flags : sequence of str
        Further flags for Java; a choice of another archive wins.
    """
    found = find_archive(java, class_path, flags)
    return found if isinstance(found, SharedClasses) else None


def find_archive(java: Java, class_path: str, flags: Sequence[str] = ()) -> SharedClasses | str:
    """Return the archive for a JVM, or the reason why it starts without one.

    Parameters
    ----------
    java, class_path, flags
        As in :func:`shared_classes`.
    """
    chosen = own_choice(flags)
    if chosen:
        return f"flags for Java have {chosen}"
    entries = class_path_entries(class_path)
    problem = class_path_problem(entries)
    if problem:
        return problem
    key = archive_key(java, entries)
    reason = f"none for this Java and these jars; `{COMMAND}` makes one"
    for folder in (private_folder(), shared_folder()):
        for file in archives(folder, key):
            doubt = distrust(file, jar_path()) or truncation(file)
            if doubt is None:
                return SharedClasses(file, os.pathsep.join(entries))
            reason = doubt
    return reason


def own_choice(flags: Sequence[str]) -> str | None:
    """Return the flag, from the arguments or from Java's variables, that chooses another archive or none."""
    inherited = (word for name in _VARIABLES for word in os.environ.get(name, "").split())
    return next((flag for flag in (*flags, *inherited) if flag.startswith(_CHOICES)), None)


def class_path_entries(class_path: str) -> list[str]:
    """Return the entries of a class path, with the jars of each ``FOLDER/*`` in the order of their names.

    Java itself leaves their order to the file system, but an archive fits one order only.
    """
    return [jar for entry in class_path.split(os.pathsep) for jar in _expanded(entry)]


def class_path_problem(entries: Sequence[str]) -> str | None:
    """Return the reason why Java makes no archive for a class path, or None if it does."""
    folder = next((entry for entry in _archived(entries) if _is_filled_folder(Path(entry))), None)
    if folder is not None:
        return f"{folder} is a folder on the class path, and Java archives classes of jars only"
    if len(os.fsencode(os.pathsep.join(entries))) > _LONGEST:
        return "the class path is too long with each jar named"
    return None


def archive_key(java: Java, entries: Sequence[str]) -> str:
    """Return a hash of what must be as it was when an archive was made.

    These are the build and the folder of Java, and the path, the size and the time of each jar.

    Parameters
    ----------
    java : Java
        The runtime.
    entries : sequence of str
        Entries of the class path. Folders at its end do not count, because Java accepts more entries there.
    """
    valid_for = [java.build, str(java.home.resolve()), [_identity(entry) for entry in _archived(entries)]]
    return hashlib.sha256(json.dumps(valid_for).encode()).hexdigest()[:16]


def archive_name(key: str, size: int) -> str:
    """Return the file name of an archive: its key and its size in bytes."""
    return f"classes-{key}-{size}.jsa"


def archives(folder: Path, key: str = "*") -> list[Path]:
    """Return the archives in a folder, all or those with a key."""
    return sorted(folder.glob(f"classes-{key}-*.jsa"))


def truncation(file: Path) -> str | None:
    """Return a reason if an archive has not the size of its name: Java 17 crashes with a part of one."""
    size = file.stat().st_size
    expected = file.stem.rpartition("-")[2]
    return None if str(size) == expected else f"{file} has {size} bytes; expected {expected}; delete it"


def _archived(entries: Sequence[str]) -> Sequence[str]:
    """Return the entries up to the last that is no folder: those after it hold settings of Hadoop."""
    last = max((number for number, entry in enumerate(entries) if not _is_folder(Path(entry))), default=-1)
    return entries[: last + 1]


def _expanded(entry: str) -> list[str]:
    """Return the jars of ``FOLDER/*``; another entry as it is."""
    folder = Path(entry).parent
    if not entry.endswith("/*") or not _is_folder(folder):
        return [entry]
    return sorted(str(jar) for jar in folder.iterdir() if jar.suffix in (".jar", ".JAR"))


def _is_folder(path: Path) -> bool:
    """Tell whether a path is a folder; a forbidden one counts as none, as for Java."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_filled_folder(path: Path) -> bool:
    """Tell whether a path is a folder with files, or with unknown content."""
    if not _is_folder(path):
        return False
    try:
        return any(path.iterdir())
    except OSError:
        return True


def _identity(entry: str) -> tuple[str, int, int]:
    """Return what Java compares: path, size in bytes and time in seconds."""
    try:
        status = Path(entry).stat()
    except OSError:
        return entry, -1, -1
    return entry, status.st_size, int(status.st_mtime)
