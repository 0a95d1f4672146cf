"""Resolves the name of a local checkpoint."""

from __future__ import annotations

import re
from pathlib import Path

from vitscale.errors import ModelError
from vitscale.system import model_files

_ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar")


def local_folder(source: str) -> Path | None:
    """Return the folder of a name; None if this machine has no file or folder of that name.

    Raises
    ------
    ModelError
        If the name is that of a file, or invalid.
    """
    if not source.strip() or "\0" in source:
        raise ModelError(f"{source!r} is not a model. Give a folder, or a model of the Hugging Face hub.")
    try:
        path = Path(source).expanduser()
        if path.is_dir():
            return path
        if path.exists():
            raise ModelError(_instead_of(path))
    except (OSError, RuntimeError) as error:  # no permission, too long, or no such user
        raise ModelError(f"{source!r} cannot be opened: {error}. Give a readable folder.") from error
    if source.startswith(("/", "./", "../", "~")) or source.endswith("/"):
        raise ModelError(
            f"There is no folder {source}. Give a folder with {model_files.CONFIG} and the weights, or a "
            "model of the Hugging Face hub."
        )
    return None


def checkpoint_below(folder: Path) -> Path | None:
    """Return the checkpoint inside a folder, relative to it: the last by number, as trainers count steps.

    Parameters
    ----------
    folder : Path
        A trainer's output with `checkpoint-500`, or a model in the hub's cache with `snapshots/COMMIT`.
    """
    found = [*folder.glob(f"*/{model_files.CONFIG}"), *folder.glob(f"snapshots/*/{model_files.CONFIG}")]
    folders = [file.parent.relative_to(folder) for file in found]
    return max(folders, key=lambda name: [int(part) for part in re.findall(r"\d+", str(name))], default=None)


def _instead_of(file: Path) -> str:
    if file.suffix.lower() in _ARCHIVES:
        return f"{file} is an archive. Unpack it, and give the folder with {model_files.CONFIG}."
    if (file.parent / model_files.CONFIG).is_file():
        return f"{file} is a file. Give its folder: {file.parent}"
    return (
        f"{file} is a file. Give a folder with {model_files.CONFIG} and {model_files.WEIGHTS}, as written by "
        "save_pretrained."
    )
