"""Evaluates a model on labelled images, from the paths of both."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Literal

from vitscale.errors import UsageError
from vitscale.evaluation.evaluate import Evaluation, Subject
from vitscale.evaluation.evaluate import evaluate as run
from vitscale.evaluation.label_table import read_table
from vitscale.evaluation.truth import Truth, from_folders, from_table
from vitscale.hub import model_folder_with
from vitscale.images.image_set import find_named_images
from vitscale.inference.vit import ViT
from vitscale.models import manifest
from vitscale.models.json_file import read_object
from vitscale.models.labels import read_labels
from vitscale.notebook.progress import progress_bar
from vitscale.system import model_files
from vitscale.system.arguments import pair, path_text, several, text
from vitscale.system.python_names import in_python, python_names

_PATHS = "a path, or several of them"
_NAMES = "the name of a precision, or several of them"


def evaluate(
    model: str | PathLike[str],
    images: str | PathLike[str] | Iterable[str | PathLike[str]],
    precisions: str | Iterable[str] = ("fp32",),
    *,
    labels: str | PathLike[str] | None = None,
    columns: tuple[str, str] = ("path", "label"),
    folders_in_order: bool = False,
    runtime: Literal["auto", "onnxruntime", "onednn"] = "auto",
    all_files: bool = False,
    progress: bool | None = None,
) -> Evaluation:
    """Measure the accuracy of a model on labelled images, in one or several precisions.

    Parameters
    ----------
    model : str or Path
        Folder of the model, or a name on the Hugging Face hub.
    images : str or Path, or several of those
        Image files, folders or patterns.
    precisions : str, or several of those
        The first is the reference of the others.
    labels : str or Path, optional
        CSV or Parquet file with the label of each image; by default the folder of an image is its label.
    columns : tuple of str
        Columns of that file with the path and the label.
    folders_in_order : bool
        The sorted folders are the classes 0, 1, ..., as in torchvision's `ImageFolder`.
    runtime : "auto", "onnxruntime" or "onednn"
        What computes the forward pass.
    all_files : bool
        Take hidden files and those of all suffixes, where a folder is given.
    progress : bool, optional
        Show a progress bar; by default in a notebook.

    Returns
    -------
    Evaluation
        A notebook shows it as a table.

    Warns
    -----
    UserWarning
        If files were left aside, folders cannot be listed, or images have no class of the model.

    Raises
    ------
    UsageError
        If no image can be classified or no label is a class, the model is a regression, or an argument has no
        such value.
    ModelError
        If the model folder lacks a file, or its files do not fit each other.

    Examples
    --------
    >>> vitscale.evaluate("models/vit", "photos", ["fp32", "int8"])  # doctest: +SKIP
    """
    name = path_text("model", model, "the folder of a model, or a name on the Hugging Face hub")
    named = [path_text("images", one, _PATHS) for one in several("images", images, _PATHS)]
    asked = list(dict.fromkeys(text("precisions", one) for one in several("precisions", precisions, _NAMES)))
    table = None if labels is None else Path(path_text("labels", labels))
    place = Path(model_folder_with(name, [(one, runtime) for one in asked]))
    subject = subject_of(place, name, runtime)
    with python_names():
        found = find_named_images(named, None, all_files=all_files)
        truth = truth_of(
            found.paths,
            found.root,
            subject.labels,
            table,
            pair("columns", columns),
            in_order=folders_in_order,
        )
    for remark in (*found.remarks(), *truth.remarks()):
        warnings.warn(in_python(remark), stacklevel=2)
    with progress_bar(len(truth.files) * len(asked), progress) as bar:

        def show(precision: str, done: int, count: int) -> None:
            bar.set_description(precision)
            bar.update(asked.index(precision) * count + done - bar.n)

        return run(subject, truth, asked, show)


def subject_of(place: Path, name: str, runtime: str) -> Subject:
    """Return the model of a folder, which opens in any precision.

    Raises
    ------
    UsageError
        If it is a regression.
    ModelError
        If it is no folder made by `vitscale export`.
    """
    about = manifest.require(place)
    config = read_object(place / model_files.CONFIG, "Export the model again.")
    texts = read_labels(config, str(place / model_files.CONFIG))
    if config.get("problem_type") == "regression":
        raise UsageError(f"{name} is a regression: it gives values, not classes. Evaluate a classifier.")
    return Subject(
        about.get("name", name),
        about.get("weights", "pretrained"),
        texts,
        lambda precision: ViT(place, precision, runtime=runtime),  # type: ignore[arg-type]
    )


def truth_of(
    files: Sequence[Path],
    root: Path,
    texts: list[str],
    table: Path | None,
    columns: tuple[str, str],
    *,
    in_order: bool,
) -> Truth:
    """Return the class of each image: the row of a table, else its folder.

    Raises
    ------
    UsageError
        If no image has a class, or both a table and the order of the folders are given.
    """
    if table is None:
        return from_folders(files, texts, in_order=in_order)
    if in_order:
        raise UsageError("--folders-in-order and --labels exclude each other; give one of them.")
    return from_table(files, root, read_table(table, *columns), texts)
