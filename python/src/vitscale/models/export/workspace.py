"""The temporary folder of an export, and its publication."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vitscale.errors import OutputError
from vitscale.models import manifest
from vitscale.system import model_files

_PREFIX = ".vitscale-export-"
_NOBODYS = ("lost+found", ".DS_Store")
"""Names that file systems create in an empty folder."""


def real_target(output: Path) -> Path:
    """Return the target folder of an output, with links resolved, so that they stay links.

    Raises
    ------
    OutputError
        If it is a file, a link loop, or a folder with files that `vitscale export` did not write.
    """
    try:
        target = output.expanduser()
        target = target.resolve() if target.exists() else Path(os.path.realpath(target))
        if not target.exists() and not target.is_symlink():
            return target
        if not target.is_dir():
            raise OutputError(f"{output} is a file; choose a folder.")
        strangers = [name for name in _names(target) if name not in _NOBODYS and not _is_workspace(name)]
        if strangers and manifest.read(target) is None:
            raise OutputError(
                f"{output} is not empty and was not made by vitscale export. "
                "Nothing was changed; choose another folder."
            )
    except (OSError, RuntimeError, ValueError) as error:
        raise OutputError(f"Cannot write {output}: {error}. Choose a writable folder.") from error
    return target


@contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """Create a hidden folder on the file system of a target, and delete it at the end.

    It is inside the target if that exists, because the target may be a mount point or have a read-only
    parent; else beside it. Folders of killed exports are deleted.
    """
    parent = target if target.is_dir() else target.parent
    parent.mkdir(parents=True, exist_ok=True)
    for left in [parent / name for name in _names(parent) if _is_workspace(name)]:
        with suppress(OSError), _locked(left):
            shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent) as made, _locked(Path(made)):
        yield Path(made)


def publish_whole(made: Path, target: Path) -> None:
    """Move a finished model folder to its target: in one step if the target is missing, else its record last.

    A folder without a record is not a model, so a partial one is never opened. After an error the moved files
    are deleted.
    """
    if not target.exists():
        made.replace(target)
        return
    names = sorted(_names(made), key=lambda name: name == model_files.RECORD)
    moved: list[Path] = []
    try:
        for name in names:
            moved.append(target / name)
            (made / name).replace(target / name)
    except BaseException:
        for path in reversed(moved):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        raise


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def _is_workspace(name: str) -> bool:
    return name.startswith(_PREFIX)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which the process releases at its end.

    Raises
    ------
    OSError
        If another process holds it.
    """
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)
