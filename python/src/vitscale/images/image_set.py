"""The images of a workload: finds them, and tells beforehand which of them cannot be decoded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from vitscale.errors import UsageError
from vitscale.images.listing import Listing, list_files
from vitscale.images.listing_rules import Ignored, ListingRules, no_image


@dataclass(frozen=True)
class ImageFolder:
    """The images of a workload.

    Attributes
    ----------
    root : Path
        The folder that was named, or that the named files have in common, absolute.
    files : tuple of str
        Image files, relative to the root, in the order in which both languages list them.
    is_whole : bool
        Whether these are all the images of the folder, so that a reader may be given the folder itself.
    is_searched : bool
        Whether the folder was searched; if not, files were named one by one.
    ignored : Ignored
        What the search left aside.
    problems : tuple of FailedImage
        What it could not list: folders without permission, links that lead nowhere or in circles, pipes.
    listed : int
        Images that were found before a limit cut them; 0 where they were not searched.
    """

    root: Path
    files: tuple[str, ...]
    is_whole: bool = True
    is_searched: bool = True
    ignored: Ignored = field(default_factory=Ignored)
    problems: tuple[FailedImage, ...] = ()
    listed: int = 0

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
        return self if count >= len(self.files) else self.only(self.files[:count])

    def without(self, failed: Iterable[FailedImage]) -> ImageFolder:
        """Return the images that are not among the failed ones."""
        bad = {one.file for one in failed}
        if not bad:
            return self
        return self.only(file for file in self.files if file not in bad)

    def only(self, files: Iterable[str]) -> ImageFolder:
        """Return some of the images."""
        return replace(self, files=tuple(files), is_whole=False)

    def remarks(self) -> list[str]:
        """Return in sentences what the listing left aside, and what it could not list."""
        left_aside = self.ignored.in_words()
        problems = [f"{one.file or self.root} is not listed: {one.reason}" for one in self.problems]
        return [*([left_aside] if left_aside else []), *problems]


@dataclass(frozen=True)
class FailedImage:
    """An image that got no prediction: its file, relative to the workload's folder, and the reason."""

    file: str
    reason: str


def find_images(root: Path, limit: int | None = None, *, all_files: bool = False) -> ImageFolder:
    """List the images below a folder, class folders or flat, by the rules of the job.

    Parameters
    ----------
    root : Path
        The folder to search.
    limit : int, optional
        At most this many, the first ones.
    all_files : bool
        Take every file, whatever its name.

    Raises
    ------
    UsageError
        If there is no such folder, it cannot be read, or it holds no image.
    """
    if not root.exists():
        raise UsageError(f"There is no folder {root}. Name one that holds images.")
    if not root.is_dir():
        raise UsageError(f"{root} is a file; a folder of images is needed. Name the folder that holds it.")
    return find_named_images([root], limit, all_files=all_files)


def find_named_images(
    names: Sequence[str | Path], limit: int | None = None, *, all_files: bool = False
) -> ImageFolder:
    """List the images that files, folders and patterns name, by the rules of the job.

    Parameters
    ----------
    names : sequence of str or Path
        Files, folders with all below them, and patterns of either.
    limit, all_files
        As of :func:`find_images`.

    Raises
    ------
    UsageError
        If a name has nothing behind it, a folder cannot be read, or there is no image.
    """
    is_folder = len(names) == 1 and Path(names[0]).is_dir()
    listing = list_files([Path(names[0]).resolve()] if is_folder else names, ListingRules(all_files))
    if not listing.files:
        for path, why in listing.problems.items():
            raise UsageError(f"{path} cannot be listed: {why}. Check its permissions.")
        raise UsageError(no_image(names, listing.ignored))
    root = Path(names[0]).resolve() if is_folder else _common(listing)
    images = ImageFolder(
        root,
        tuple(sorted((_relative(path, root) for path in listing.files), key=_utf_16)),
        listed=len(listing.files),
        is_whole=is_folder and not all_files,
        is_searched=is_folder,
        ignored=listing.ignored,
        problems=tuple(
            FailedImage(_relative(path, root), why)
            for path, why in sorted(listing.problems.items(), key=lambda item: _utf_16(str(item[0])))
        ),
    )
    return images if limit is None else images.take(limit)


def _common(listing: Listing) -> Path:
    """Return the folder that all files have in common."""
    return Path(os.path.commonpath([path.parent for path in (*listing.files, *listing.problems)]))


def _relative(path: Path, root: Path) -> str:
    """Return a path below the root; that of the root itself is empty."""
    return "" if path == root else str(path)[len(str(root)) :].lstrip(os.sep)


def _utf_16(name: str) -> bytes:
    # Java compares strings by UTF-16 code units; so must we, for both languages to cut the same first images.
    return name.encode("utf-16-be", "surrogatepass")


def undecodable(images: ImageFolder) -> list[FailedImage]:
    """Decode every image once and return those that Pillow cannot decode, with its reason."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:  # Pillow decodes outside Python's lock
        reasons = pool.map(_why_not, images.paths)
        return [
            FailedImage(file, reason)
            for file, reason in zip(images.files, reasons, strict=True)
            if reason is not None
        ]


def _why_not(path: Path) -> str | None:
    try:
        with Image.open(path) as image:
            image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return f"{type(error).__name__}: {error}".replace(str(path), path.name)
    return None
