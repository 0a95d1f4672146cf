"""The right class of each image: from the names of folders, or from a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from vitscale.errors import UsageError
from vitscale.evaluation.label_table import LabelTable
from vitscale.models.class_names import ClassNames

_SHOWN = 3


@dataclass(frozen=True)
class Truth:
    """Images with their classes.

    Attributes
    ----------
    files : tuple of Path
        Images whose class is known.
    classes : tuple of int
        The class number of each.
    unknown : dict of str to int
        Names that are no class -> number of their images, which are left out.
    unlabelled : int
        Images that the table does not name, which are left out.
    """

    files: tuple[Path, ...]
    classes: tuple[int, ...]
    unknown: dict[str, int]
    unlabelled: int = 0

    def remarks(self) -> list[str]:
        """Return a sentence for each kind of image that is left out."""
        told = []
        if self.unknown:
            count = sum(self.unknown.values())
            told.append(f"{count} images are left out: {_listed(self.unknown)} {_is_no_class(self.unknown)}")
        if self.unlabelled:
            told.append(f"{self.unlabelled} images are left out: the table does not name them")
        return told


def from_folders(files: Sequence[Path], labels: Sequence[str], *, in_order: bool = False) -> Truth:
    """Take the folder of each image as its class.

    Parameters
    ----------
    files : sequence of Path
        The images.
    labels : sequence of str
        Label texts, by class number.
    in_order : bool
        Whether the sorted folders are the classes 0, 1, ..., as in torchvision's `ImageFolder`; for folders
        with names of their own, such as ImageNet's ``n01440764``.

    Raises
    ------
    UsageError
        If no folder is a class, or there are not as many folders as classes.
    """
    folders = [file.parent.name for file in files]
    if not in_order:
        return _known(files, folders, labels, "the folder")
    names = sorted(set(folders))
    if len(names) != len(labels):
        raise UsageError(
            f"--folders-in-order needs one folder for each of the model's {len(labels)} classes; the images "
            f"are in {len(names)} folders."
        )
    numbers = {name: number for number, name in enumerate(names)}
    return Truth(tuple(files), tuple(numbers[name] for name in folders), {})


def from_table(files: Sequence[Path], root: Path, table: LabelTable, labels: Sequence[str]) -> Truth:
    """Take the class of each image from a table.

    Parameters
    ----------
    files : sequence of Path
        The images.
    root : Path
        Folder that the table's paths are relative to.
    table : LabelTable
        Paths and names of classes.
    labels : sequence of str
        Label texts, by class number.

    Raises
    ------
    UsageError
        If the table names none of the images, an image with two classes, or no class of the model.
    """
    named = table.by_path(root)
    known = [file for file in files if str(file) in named]
    if not known:
        raise UsageError(
            f"{table.file} names none of the {len(files)} images. Its first path is {table.paths[0]}, the "
            f"first image is {files[0]}; paths are absolute, or relative to {root}."
        )
    found = _known(known, [named[str(file)] for file in known], labels, f"a label of {table.file}")
    return Truth(found.files, found.classes, found.unknown, len(files) - len(known))


def _known(files: Sequence[Path], names: Sequence[str], labels: Sequence[str], what: str) -> Truth:
    finder = ClassNames(labels)
    of = {name: finder.find(name) for name in set(names)}
    pairs = [(file, of[name]) for file, name in zip(files, names, strict=True)]
    unknown = Counter(name for name in names if of[name] is None)
    if len(unknown) == len(of):
        raise UsageError(
            f"No image has a known class: {what} is {_listed(unknown)}, the model's labels are "
            f"{', '.join(labels[:_SHOWN])}, ... Rename the folders, give a table with --labels, or "
            "--folders-in-order if the sorted folders are the classes."
        )
    kept = [(file, number) for file, number in pairs if number is not None]
    return Truth(tuple(file for file, _ in kept), tuple(number for _, number in kept), dict(unknown))


def _listed(names: dict[str, int] | Counter[str]) -> str:
    first = [PurePath(name).name or name for name in list(names)[:_SHOWN]]
    return ", ".join(first) + (", ..." if len(names) > _SHOWN else "")


def _is_no_class(names: dict[str, int]) -> str:
    return "is no class of the model" if len(names) == 1 else "are no classes of the model"
