"""What a user means who names a local checkpoint."""

from __future__ import annotations

from pathlib import Path

from vitscale.errors import ModelError
from vitscale.models import manifest

_ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar")


def local_folder(source: str) -> Path | None:
    """Return the folder that a text names; None if there is nothing of that name on this machine.

    Raises
    ------
    ModelError
        If the text names a file, or no folder can have such a name.
    """
    if not source.strip() or "\0" in source:
        raise ModelError(f"{source!r} names no model. Name a folder, or a model on the Hugging Face hub.")
    try:
        path = Path(source).expanduser()
        if path.is_dir():
            return path
        if path.exists():
            raise ModelError(_instead_of(path))
    except (OSError, RuntimeError) as error:  # no permission, too long, or no such user
        raise ModelError(f"{source!r} cannot be opened: {error}. Name a folder that you may read.") from error
    if source.startswith(("/", "./", "../", "~")) or source.endswith("/"):
        raise ModelError(
            f"There is no folder {source}. Name a folder with {manifest.CONFIG} and the weights, or a model "
            "on the Hugging Face hub."
        )
    return None


def _instead_of(file: Path) -> str:
    if file.suffix.lower() in _ARCHIVES:
        return f"{file} is an archive. Unpack it, and name the folder that holds {manifest.CONFIG}."
    if (file.parent / manifest.CONFIG).is_file():
        return f"{file} is a file. Name its folder: {file.parent}"
    return (
        f"{file} is a file. Name a folder that holds {manifest.CONFIG} and {manifest.WEIGHTS}, as "
        "save_pretrained writes it."
    )
