"""Writes a set of photos on all cores; it can resume, and never overwrites a user's files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from vitscale.errors import OutputError, UsageError
from vitscale.images.photos.recipe import VERSION, Recipe
from vitscale.images.photos.sources import SOURCES

RECORD = ".photos.json"  # hidden, so that it is never listed as an image
PROGRESS_EVERY = 1000


def make_photos(
    output: Path, count: int, seed: int = 0, progress: Callable[[str], None] | None = None
) -> None:
    """Make `count` distinct JPEGs in class folders named after their original photos.

    A set is made beside `output` and renamed when it is complete. The next call completes the photos of an
    interrupted one. An existing set with the same seed and count stays unchanged.

    Parameters
    ----------
    output : Path
        Folder to create, with files such as `astronaut/000000.jpg`.
    count : int
        Number of photos, at least 1. A larger set with the same seed starts with the smaller one.
    seed : int
        Seed of the set. Equal seeds give equal bytes with equal versions of Pillow.
    progress : callable, optional
        Receives progress, one sentence each.

    Raises
    ------
    UsageError
        If `count` is below 1.
    OutputError
        If `output` has other files than this set, or cannot be written.
    """
    if count < 1:
        raise UsageError(f"--count is {count}; expected at least 1.")
    record = _record(count, seed)
    try:
        if _is_unused(output):
            unfinished = output.with_name(f".{output.name}.unfinished-{count}-{seed}")
            _complete(unfinished, record, progress)
            _move_into_place(unfinished, output)
        elif _recorded(output) == record:
            _complete(output, record, progress)
        else:
            raise OutputError(
                f"{output} is not empty and does not have the {count} photos of seed {seed}. "
                "Nothing was changed; choose another folder, or delete this one."
            )
    except OSError as error:
        raise OutputError(f"Cannot write photos to {output}: {error}. Choose a writable folder.") from error


def _record(count: int, seed: int) -> dict[str, Any]:
    """Return the record of a set: its parameters and the credits of its originals."""
    return {
        "made_by": "vitscale",
        "version": VERSION,
        "seed": seed,
        "count": count,
        "credits": {source.name: source.credit for source in SOURCES},
    }


def _recorded(folder: Path) -> Any:
    """Return the record of a folder; None without one."""
    try:
        return json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def _is_unused(output: Path) -> bool:
    return not output.exists() or (output.is_dir() and not any(output.iterdir()))


def _complete(folder: Path, record: dict[str, Any], progress: Callable[[str], None] | None) -> None:
    """Make the missing photos of `folder`."""
    for source in SOURCES:
        (folder / source.name).mkdir(parents=True, exist_ok=True)
    (folder / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    count, seed = record["count"], record["seed"]
    photos = ((folder, seed, index) for index in range(count))
    # Threads, not processes: Pillow resizes and encodes with the interpreter's lock released.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, _ in enumerate(pool.map(_make, photos), start=1):
            if progress and done % PROGRESS_EVERY == 0:
                progress(f"{done} of {count} photos made")


def _make(photo: tuple[Path, int, int]) -> None:
    folder, seed, index = photo
    recipe = Recipe.of(seed, index)
    path = folder / recipe.source.name / f"{index:06d}.jpg"
    if path.exists():
        return
    unfinished = path.with_name(f".{path.name}")
    image = _decoded(recipe.source.name).resize(recipe.size, Image.Resampling.BICUBIC, box=recipe.box)
    if recipe.mirrored:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if recipe.grey:
        image = image.convert("L")
    with unfinished.open("wb") as stream:
        image.save(
            stream,
            "JPEG",
            quality=recipe.quality,
            progressive=recipe.progressive,
            **({} if recipe.grey else {"subsampling": recipe.subsampling}),
        )
    unfinished.replace(path)


@cache
def _decoded(name: str) -> Image.Image:
    return next(source for source in SOURCES if source.name == name).open()


def _move_into_place(finished: Path, output: Path) -> None:
    if output.exists():
        output.rmdir()  # empty, as checked before
    finished.replace(output)
