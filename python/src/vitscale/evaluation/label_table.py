"""Tables of paths and classes: CSV, or Parquet by way of Spark."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vitscale.errors import UsageError
from vitscale.evaluation.spark_files import read_files


@dataclass(frozen=True)
class LabelTable:
    """The rows of a table.

    Attributes
    ----------
    file : Path
        The table.
    paths, names : tuple of str
        Path of an image and name of its class, row by row.
    """

    file: Path
    paths: tuple[str, ...]
    names: tuple[str, ...]

    def by_path(self, root: Path) -> dict[str, str]:
        """Return absolute path or URI -> name of the class.

        Raises
        ------
        UsageError
            If an image has two classes.
        """
        named: dict[str, str] = {}
        for path, name in zip(self.paths, self.names, strict=True):
            whole = str(Path(path)) if "://" in path else os.path.normpath(root / path)
            if named.setdefault(whole, name) != name:
                raise UsageError(f"{self.file} gives {path} two classes: {named[whole]} and {name}.")
        return named


def read_table(file: Path, path_column: str, label_column: str) -> LabelTable:
    """Read a table with a header.

    Parameters
    ----------
    file : Path
        A CSV file in UTF-8, or a Parquet file or folder.
    path_column, label_column : str
        Columns with the path of an image, and with its label or class number.

    Raises
    ------
    UsageError
        If the file cannot be read, lacks a column, or has no row.
    """
    columns = (path_column, label_column)
    try:
        is_csv = file.is_file() and file.suffix.lower() in (".csv", ".tsv", ".txt")
        rows = _csv_rows(file, columns) if is_csv else _parquet_rows(file, columns)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"{file} cannot be read: {error}. Give a CSV or Parquet file with labels."
        ) from error
    whole = [(path, name) for path, name in rows if path and name]
    if len(whole) < len(rows):
        raise UsageError(
            f"{file} has {len(rows) - len(whole)} rows without a path or a label. Complete them."
        )
    if not whole:
        raise UsageError(
            f"{file} has no row. Give a table with the columns {path_column} and {label_column}."
        )
    return LabelTable(file, tuple(path for path, _ in whole), tuple(name for _, name in whole))


def _csv_rows(file: Path, columns: Sequence[str]) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, delimiter="\t" if file.suffix.lower() == ".tsv" else ",")
        _refuse_missing(file, columns, reader.fieldnames or ())
        return [((row[columns[0]] or "").strip(), (row[columns[1]] or "").strip()) for row in reader]


def _parquet_rows(file: Path, columns: Sequence[str]) -> list[tuple[str, str]]:
    from vitscale.jvm.session import start
    from vitscale.ml.errors import stage_errors

    if not file.exists():
        raise UsageError(f"There is no file {file}. Give a CSV or Parquet file with labels.")
    with stage_errors():
        session = start("local[1]")
        table = read_files(session, "parquet", str(file.absolute()))
        _refuse_missing(file, columns, table.columns)
        rows = table.select(*(table[column].cast("string") for column in columns)).collect()
    return [(row[0] or "", row[1] or "") for row in rows]


def _refuse_missing(file: Path, columns: Sequence[str], there: Sequence[str]) -> None:
    for column in columns:
        if column not in there:
            raise UsageError(
                f"{file} has no column {column}; it has {', '.join(there) or 'none'}. Choose with "
                "--path-column and --label-column."
            )
