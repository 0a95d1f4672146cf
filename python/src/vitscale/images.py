"""Finds image files and tells beforehand which of them cannot be decoded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from vitscale.errors import UsageError

EXTENSIONS = frozenset({"bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"})
"""Names that count as images; the same list as in Scala's ``ImageFolder``."""


@dataclass(frozen=True)
class ImageFolder:
    """The images of a workload.

    Attributes
    ----------
    root : Path
        The folder that was named, absolute.
    files : tuple of str
        Image files, relative to the root, in the order in which both languages list them.
    is_whole : bool
        Whether these are all the images of the folder, so that a reader may be given the folder itself.
    """

    root: Path
    files: tuple[str, ...]
    is_whole: bool = True

    @property
    def paths(self) -> list[Path]:
        """The files with their full paths."""
        return [self.root / file for file in self.files]

    @property
    def total_bytes(self) -> int:
        """Size of all files together, in bytes."""
        return sum(path.stat().st_size for path in self.paths)

    def sha256(self) -> str:
        """Hash names and contents of all files, in order; of a file that cannot be read, the name alone."""
        digest = hashlib.sha256()
        for file, path in zip(self.files, self.paths, strict=True):
            digest.update(file.encode("utf-8", "surrogateescape") + b"\0")
            with suppress(OSError), path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()

    def take(self, count: int) -> ImageFolder:
        """Return the first so many of the images."""
        return (
            self if count >= len(self.files) else ImageFolder(self.root, self.files[:count], is_whole=False)
        )

    def without(self, failed: Iterable[FailedImage]) -> ImageFolder:
        """Return the images that are not among the failed ones."""
        bad = {one.file for one in failed}
        if not bad:
            return self
        return ImageFolder(self.root, tuple(file for file in self.files if file not in bad), is_whole=False)


@dataclass(frozen=True)
class FailedImage:
    """An image that got no prediction: its file, relative to the workload's folder, and the reason."""

    file: str
    reason: str


def find_images(root: Path, limit: int | None = None) -> ImageFolder:
    """List the images below a folder, class folders or flat.

    Names that start with ``.`` or ``_`` are skipped, as Spark's readers skip them.

    Parameters
    ----------
    root : Path
        The folder to search.
    limit : int, optional
        At most so many, the first ones.

    Raises
    ------
    UsageError
        If there is no such folder, it cannot be read, or it holds no image.
    """
    if not root.exists():
        raise UsageError(f"There is no folder {root}. Name one that holds images.")
    if not root.is_dir():
        raise UsageError(f"{root} is a file; a folder of images is needed. Name the folder that holds it.")
    root = root.resolve()
    # Java compares strings by UTF-16 code units; so must we, for both languages to cut the same first images.
    files = sorted(_walk(root), key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    if not files:
        endings = ", ".join(sorted(EXTENSIONS))
        raise UsageError(f"{root} holds no image: no file below it ends in {endings}.")
    images = ImageFolder(root, tuple(files))
    return images if limit is None else images.take(limit)


def undecodable(images: ImageFolder) -> list[FailedImage]:
    """Decode every image once and name those that Pillow cannot decode, with its reason."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:  # Pillow decodes outside Python's lock
        reasons = pool.map(_why_not, images.paths)
        return [
            FailedImage(file, reason)
            for file, reason in zip(images.files, reasons, strict=True)
            if reason is not None
        ]


def _walk(root: Path) -> Iterable[str]:
    def refuse(error: OSError) -> None:
        raise UsageError(
            f"{error.filename} cannot be listed: {error.strerror}. Check its permissions."
        ) from error

    for folder, subfolders, names in os.walk(root, onerror=refuse):
        subfolders[:] = [name for name in subfolders if _is_visible(name)]
        for name in names:
            path = Path(folder) / name
            if _is_visible(name) and path.suffix.lower().lstrip(".") in EXTENSIONS and path.is_file():
                yield str(path.relative_to(root))


def _is_visible(name: str) -> bool:
    return not name.startswith((".", "_"))


def _why_not(path: Path) -> str | None:
    try:
        with Image.open(path) as image:
            image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return f"{type(error).__name__}: {error}".replace(str(path), path.name)
    return None
