"""Reads the tables of ``vitscale classify`` with Spark, from any file system."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitscale.errors import UsageError
from vitscale.evaluation.delta_log import live_files
from vitscale.evaluation.spark_files import read_files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_READERS = {"parquet": "parquet", "jsonl": "json", "delta": "parquet"}
"""Format of an output -> Spark's reader of its files."""


@dataclass(frozen=True)
class JobOutput:
    """The rows of an output.

    Attributes
    ----------
    location, runtime : str
        Its folder, and the library that computed the forward pass.
    images : tuple of str
        The inputs that the job was given.
    predicted : dict of str to sequence of int
        Path of an image -> its classes, the likeliest first.
    quarantined : dict of str to str
        Path of an image -> why it has no prediction.
    """

    location: str
    runtime: str
    images: tuple[str, ...]
    predicted: dict[str, Sequence[int]]
    quarantined: dict[str, str]

    @property
    def paths(self) -> list[str]:
        """The paths of all images, sorted."""
        return sorted({*self.predicted, *self.quarantined})

    @property
    def root(self) -> Path:
        """Folder that relative paths of labels start from: that of the images, if there is only one."""
        folders = [Path(one) for one in self.images if Path(one).is_dir()]
        return folders[0].absolute() if len(folders) == len(self.images) == 1 else Path.cwd()

    def require_classes(self, count: int, model: str) -> None:
        """Raise a UsageError if a predicted class number is not below the number of the model's labels."""
        highest = max((one for ids in self.predicted.values() for one in ids), default=-1)
        if highest >= count:
            raise UsageError(
                f"{self.location} has the class {highest}, but {model} has {count} labels. Give the --model "
                "of the output."
            )


def read_output(location: str) -> JobOutput:
    """Read an output.

    Parameters
    ----------
    location : str
        Folder or URI.

    Raises
    ------
    UsageError
        If it is no output of ``vitscale classify``, has no prediction, or is neither Parquet, JSON Lines nor
        Delta.
    """
    from vitscale.jvm.session import start
    from vitscale.ml.errors import stage_errors

    whole = location if "://" in location else str(Path(location).absolute())
    with stage_errors():
        session = start("local[*]")
        ledger = _read_json(session, f"{whole}/ledger.json", location)
        key = _read_json(session, f"{whole}/_vitscale/run.json", location)
        kind = key["format"]
        if kind not in _READERS:
            raise UsageError(
                f"{location} holds {kind}; expected {', '.join(_READERS)}. Write its rows to a CSV file with "
                "the header file,label,score, and give that file."
            )
        predicted = {
            _plain(row.path): row.label_ids
            for row in _rows(session, kind, f"{whole}/predictions", ("path", "label_ids"))
        }
        quarantined = {
            _plain(row.path): f"{row.path}: {row.reason}"
            for row in _rows(session, kind, f"{whole}/quarantine", ("path", "reason"))
        }
    if not predicted:
        raise UsageError(f"{location} has no predictions. Classify the images again.")
    return JobOutput(location, ledger["model"]["runtime"], tuple(ledger["images"]), predicted, quarantined)


def _plain(path: str) -> str:
    """Return the path as `pathlib` writes it; so all places compare the same text."""
    return str(Path(path))


def _rows(session: SparkSession, kind: str, folder: str, columns: Sequence[str]) -> list[Any]:
    """Return rows of a table; none if nothing was written to it."""
    places = live_files(session, folder) if kind == "delta" else [folder]
    tables = [read_files(session, _READERS[kind], place) for place in places]
    filled = [table for table in tables if columns[0] in table.columns]
    return [row for table in filled for row in table.select(*columns).collect()]


def _read_json(session: SparkSession, path: str, location: str) -> dict[str, Any]:
    try:
        text = read_files(session, "text", path, wholetext=True).first()
    except Exception as error:
        raise UsageError(
            f"{location} is no output of `vitscale classify`: {path} cannot be read. Check the path."
        ) from error
    if text is None:
        raise UsageError(f"{location} is no output of `vitscale classify`: {path} is empty. Check the path.")
    found: dict[str, Any] = json.loads(text[0])
    return found
