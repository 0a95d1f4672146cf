"""Reads Delta tables without Spark and without Delta's library: the log, then the files that it names."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from pyarrow import parquet

from tests.job.faults import Answers, scores


class Files(Protocol):
    """Files of a folder, by names with ``/`` between them."""

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, in order; none if there is no such folder."""

    def read(self, name: str) -> bytes:
        """Return a file's content."""


class LocalFiles:
    """Files on the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, in order; none if there is no such folder."""
        path = self._root / folder
        return sorted(file.name for file in path.iterdir()) if path.is_dir() else []

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        return (self._root / name).read_bytes()


TABLES = ("predictions", "quarantine")


class DeltaOutput:
    """An output of two Delta tables; each commit is read once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._commits: dict[str, list[dict[str, Any]]] = {}

    def count(self) -> int:
        """Return how many rows both tables have now, by the statistics in their logs."""
        return sum(
            json.loads(added["stats"])["numRecords"] for table in TABLES for added in self._live(table)
        )

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table, in no order."""
        return [
            row
            for added in self._live(table)
            for row in parquet.read_table(
                io.BytesIO(self._files.read(f"{table}/{unquote(added['path'])}"))
            ).to_pylist()
        ]

    def claims(self, table: str) -> list[str]:
        """Return the drivers of the commits, in order."""
        stamps = [
            json.loads(action["commitInfo"]["userMetadata"])
            for action in self._actions(table)
            if "userMetadata" in action.get("commitInfo", {})
        ]
        return [stamp["vitscale_driver"] for stamp in stamps]

    def answers(self) -> Answers:
        """Return what the rows say, without their times; a path stands in one row at most."""
        predictions, quarantine = (self.rows(table) for table in TABLES)
        paths = [row["path"] for row in [*predictions, *quarantine]]
        assert len(set(paths)) == len(paths), "a path stands in two rows"
        return Answers(
            {row["path"]: (tuple(row["labels"]), scores(row), row["model_sha256"]) for row in predictions},
            {row["path"]: (row["size"], row["stage"], row["reason"]) for row in quarantine},
        )

    def _live(self, table: str) -> list[dict[str, Any]]:
        live: dict[str, dict[str, Any]] = {}
        for action in self._actions(table):
            if "add" in action:
                live[action["add"]["path"]] = action["add"]
            if "remove" in action:
                live.pop(action["remove"]["path"], None)
        return list(live.values())

    def _actions(self, table: str) -> Iterator[dict[str, Any]]:
        folder = f"{table}/_delta_log"
        for name in self._files.names(folder):
            if name.endswith(".json") and name.removesuffix(".json").isdigit():
                file = f"{folder}/{name}"
                if file not in self._commits:
                    lines = self._files.read(file).decode().splitlines()
                    self._commits[file] = [json.loads(line) for line in lines]
                yield from self._commits[file]
