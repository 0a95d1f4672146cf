"""The images of a folder, with what its search could not list or left aside."""

from __future__ import annotations

import warnings
from pathlib import Path

from vitscale.errors import ImageError
from vitscale.images.image_set import ImageFolder, find_images
from vitscale.system.python_names import in_python, python_names


def images_in(place: Path, all_files: bool, frames: int) -> ImageFolder:
    """Search a folder for images, and warn of files that were left aside because of their suffixes.

    Parameters
    ----------
    place : Path
        The folder.
    all_files : bool
        Take hidden files and those of all suffixes.
    frames : int
        Number of calls between the user's code and this one; the warning names the line of the user.
    """
    with python_names():
        folder = find_images(place, all_files=all_files)
    if folder.ignored.other_names:
        warnings.warn(f"{place}: {in_python(str(folder.ignored.in_words()))}", stacklevel=frames + 1)
    return folder


def not_listed(folder: ImageFolder) -> list[ImageError]:
    """Return an error for each place in a folder that may not be read."""
    return [ImageError(f"{folder.root / one.file}: {one.reason}") for one in folder.problems]
