"""Reads predictions that another program wrote, from a CSV file."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from vitscale.errors import UsageError
from vitscale.evaluation.job_output import JobOutput
from vitscale.models.class_names import ClassNames

_SUFFIXES = (".csv", ".tsv", ".txt")
_FILE, _LABEL, _SCORE = "file", "label", "score"
_RUNTIME = "not recorded"


class _Row(NamedTuple):
    file: str
    label_id: int
    score: float


def is_prediction_file(location: str) -> bool:
    """Tell whether a location is a CSV file, and no output folder of a job."""
    return location.lower().endswith(_SUFFIXES) and not Path(location).is_dir()


def read_prediction_file(file: Path, labels: Sequence[str]) -> JobOutput:
    """Read a CSV file with the columns ``file``, ``label`` and, if there is one, ``score``.

    An image may have several rows. The score orders them, the highest first; without a score, the file does.

    Parameters
    ----------
    file : Path
        A file in UTF-8 with a header. Its paths are absolute, or relative to its own folder.
    labels : sequence of str
        Label texts of the model, by class number. A ``label`` of the file is one of them, or a class number.

    Raises
    ------
    UsageError
        If the file cannot be read, lacks a column, has no row, or has a value that is none of its column.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, delimiter="\t" if file.suffix.lower() == ".tsv" else ",")
            _refuse_missing(file, reader.fieldnames or ())
            rows = list(_rows(file, reader, ClassNames(labels)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file} cannot be read: {error}. Give a CSV file in UTF-8.") from error
    if not rows:
        raise UsageError(f"{file} has no row. Give a CSV file with the columns {_FILE} and {_LABEL}.")
    ranked: dict[str, list[int]] = {}
    for row in sorted(rows, key=lambda one: -one.score):  # the order of equal scores stays
        ranked.setdefault(_absolute(row.file, file.parent), []).append(row.label_id)
    return JobOutput(str(file), _RUNTIME, (str(file.parent),), dict(ranked), {})


def _rows(file: Path, rows: Iterable[Mapping[str, str | None]], classes: ClassNames) -> Iterable[_Row]:
    for line, row in enumerate(rows, start=2):
        path, name, score = ((row.get(column) or "").strip() for column in (_FILE, _LABEL, _SCORE))
        number = classes.find(name)
        if not path:
            raise UsageError(f"{file}: row {line} has no {_FILE}. Complete it.")
        if number is None:
            raise UsageError(
                f"{file}: row {line} has the {_LABEL} {name!r}, which is no label or class number of the "
                "model. Give the --model that made the predictions."
            )
        yield _Row(path, number, _number(file, line, score) if _SCORE in row else 0.0)


def _number(file: Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise UsageError(f"{file}: row {line} has the {_SCORE} {text!r}; expected a number.")
    return value


def _absolute(path: str, folder: Path) -> str:
    return str(Path(path)) if "://" in path else os.path.normpath(folder.absolute() / path)


def _refuse_missing(file: Path, there: Sequence[str]) -> None:
    for column in (_FILE, _LABEL):
        if column not in there:
            raise UsageError(
                f"{file} has no column {column}; it has {', '.join(there) or 'none'}. Its header is "
                f"{_FILE},{_LABEL} or {_FILE},{_LABEL},{_SCORE}."
            )
