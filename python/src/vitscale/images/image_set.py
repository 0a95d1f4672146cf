"""The images of a workload: finds them, and checks which of them cannot be decoded."""

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
        The named folder, or the common folder of the named files; absolute.
    files : tuple of str
        Image files, relative to the root, in the same order as in Scala.
    is_whole : bool
        Whether these are all images of the folder, so that a reader may get the folder itself.
    is_searched : bool
        Whether the folder was searched; if not, files were named one by one.
    ignored : Ignored
        Files that the search ignored.
    problems : tuple of FailedImage
        Files that it could not list: folders without permission, broken links, link loops, pipes.
    listed : int
        Number of images before a limit; 0 without a search.
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
        """Full paths of the files."""
        return [self.root / file for file in self.files]

    @property
    def total_bytes(self) -> int:
        """Size of all files together, in bytes."""
        return sum(path.stat().st_size for path in self.paths)

    def sha256(self) -> str:
        """Hash names and contents of all files in order; of an unreadable file, only the name."""
        digest = hashlib.sha256()
        for file, path in zip(self.files, self.paths, strict=True):
            digest.update(file.encode("utf-8", "surrogateescape") + b"\0")
            with suppress(OSError), path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()

    def take(self, count: int) -> ImageFolder:
        """Return the first ``count`` images."""
        return self if count >= len(self.files) else self.only(self.files[:count])

    def without(self, failed: Iterable[FailedImage]) -> ImageFolder:
        """Return the images without the failed ones."""
        bad = {one.file for one in failed}
        if not bad:
            return self
        return self.only(file for file in self.files if file not in bad)

    def spread(self, most: int) -> ImageFolder:
        """Return at most ``most`` images, evenly spaced, so that all class folders are represented."""
        count = len(self.files)
        if count <= most:
            return self
        return self.only(self.files[number * count // most] for number in range(most))

    def only(self, files: Iterable[str]) -> ImageFolder:
        """Return some of the images."""
        return replace(self, files=tuple(files), is_whole=False)

    def remarks(self) -> list[str]:
        """Return sentences about the ignored files and the files that could not be listed."""
        left_aside = self.ignored.in_words()
        problems = [f"{one.file or self.root} is not listed: {one.reason}" for one in self.problems]
        return [*([left_aside] if left_aside else []), *problems]


@dataclass(frozen=True)
class FailedImage:
    """An image without a prediction: its file, relative to the workload's folder, and the reason."""

    file: str
    reason: str


def find_images(root: Path, limit: int | None = None, *, all_files: bool = False) -> ImageFolder:
    """List the images below a folder, class folders or flat, by the rules of the job.

    Parameters
    ----------
    root : Path
        The folder to search.
    limit : int, optional
        Largest number of images: the first ones.
    all_files : bool
        Whether to include hidden files and all suffixes.

    Raises
    ------
    UsageError
        If the folder is missing, unreadable or without images.
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
        Files, folders with their subfolders, and patterns of either.
    limit, all_files
        As in :func:`find_images`.

    Raises
    ------
    UsageError
        If a name matches nothing, a folder is unreadable, or there is no image.
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
    """Return the common folder of all files."""
    return Path(os.path.commonpath([path.parent for path in (*listing.files, *listing.problems)]))


def _relative(path: Path, root: Path) -> str:
    """Return a path relative to the root; empty for the root itself."""
    return "" if path == root else str(path)[len(str(root)) :].lstrip(os.sep)


def _utf_16(name: str) -> bytes:
    # Java compares strings by UTF-16 code units; the same order here gives the same first images.
    return name.encode("utf-16-be", "surrogatepass")


def decodable_sample(place: Path, count: int) -> ImageFolder:
    """Return images of a folder that Pillow can decode, evenly spread over all of them.

    Parameters
    ----------
    place : Path
        Folder of images.
    count : int
        Most images to return.

    Raises
    ------
    UsageError
        If none of them can be decoded.
    """
    some = find_images(place).spread(count)
    some = some.without(undecodable(some))
    if not some.files:
        raise UsageError(f"None of the images in {place} can be decoded.")
    return some


def undecodable(images: ImageFolder) -> list[FailedImage]:
    """Decode every image once and return those that Pillow cannot decode, with its reason."""
    # Threads, since Pillow releases Python's lock while decoding.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
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
