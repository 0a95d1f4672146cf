"""Finds the files of a Delta table by its log, without Delta's library.

The log's format is in Delta's PROTOCOL.md. Tables of ``vitscale classify`` have none of its reader features.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from vitscale.errors import UsageError
from vitscale.evaluation.spark_files import read_files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_PLAIN_READER = 1
"""Version of Delta's reader protocol without features that change which rows a file holds."""


def live_files(session: SparkSession, table: str) -> list[str]:
    """Return the Parquet files that hold the rows of a table's newest version.

    Parameters
    ----------
    session : SparkSession
        The session that reads the log.
    table : str
        The table's folder: an absolute path, or a URI.

    Raises
    ------
    UsageError
        If only Delta's library can read the table: its log begins with a checkpoint, or it uses a feature
        that changes which rows a file holds.
    """
    live: dict[str, None] = {}
    for action in _actions(session, table):
        reader = action.get("protocol", {}).get("minReaderVersion", _PLAIN_READER)
        if reader > _PLAIN_READER:
            raise _unreadable(table, f"it needs version {reader} of Delta's reader")
        if "add" in action:
            live[action["add"]["path"]] = None
        if "remove" in action:
            live.pop(action["remove"]["path"], None)
    return [path if "://" in path else f"{table}/{path}" for path in map(unquote, live)]


def _actions(session: SparkSession, table: str) -> Iterator[dict[str, Any]]:
    """Yield the actions of all commits, in order."""
    from pyspark.sql.functions import input_file_name

    lines = read_files(session, "text", f"{table}/_delta_log", pathGlobFilter="*.json")
    commits: dict[int, list[str]] = {}
    for name, line in lines.select(input_file_name(), "value").collect():
        version = name.rpartition("/")[2].removesuffix(".json")
        if version.isdecimal():
            commits.setdefault(int(version), []).append(line)
    versions = sorted(commits)
    if versions != list(range(len(versions))):
        raise _unreadable(table, f"its log begins at version {versions[0]}")
    for version in versions:
        yield from map(json.loads, commits[version])


def _unreadable(table: str, why: str) -> UsageError:
    return UsageError(
        f"{table} cannot be read without Delta's library: {why}. Write its rows to a CSV file with the "
        "header file,label,score, and give that file."
    )
