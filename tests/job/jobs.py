"""Starts the job as a user does, in a process of its own, and reads what it wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VITSCALE = Path(sys.executable).with_name("vitscale")
MODEL = Path(__file__).parents[2] / "scala/src/test/resources/tiny-vit"
TIMEOUT_SECONDS = 600

QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dvitscale.cache=none"
"""A short run is over before optimised machine code pays; and tests leave no graphs in the user's cache."""


@dataclass(frozen=True)
class Finished:
    """What a run left behind."""

    exit_code: int
    stderr: str
    ledger: dict[str, Any] | None


def command(images: object, output: Path | str, *options: object, model: Path = MODEL) -> list[str]:
    """Return the command line of a small job on two cores; the tables are JSON Lines."""
    arguments = ["classify", "--images", images, "--model", model, "--output", output]
    defaults = {"--format": "jsonl", "--master": "local[2]", "--memory": "1g", "--json": "-"}
    for option, value in defaults.items():
        if option not in options:
            arguments += [option, value]
    return [str(VITSCALE), *map(str, arguments), *map(str, options)]


def start(
    images: object,
    output: Path | str,
    *options: object,
    prefix: tuple[str, ...] = (),
    stderr: int | None = subprocess.PIPE,
    model: Path = MODEL,
    **environment: str,
) -> subprocess.Popen[str]:
    """Start a job, behind a prefix of its command line; its standard error is a pipe, or ours with None."""
    return subprocess.Popen(
        [*prefix, *command(images, output, *options, model=model)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        errors="surrogateescape",
        env={**os.environ, "JDK_JAVA_OPTIONS": QUICK_JAVA, "COLUMNS": "200", **environment},
    )


def finish(process: subprocess.Popen[str]) -> Finished:
    """Wait for a job's end."""
    stdout, stderr = process.communicate(timeout=TIMEOUT_SECONDS)
    return Finished(process.returncode, stderr or "", json.loads(stdout) if stdout.strip() else None)


def classify(
    images: object,
    output: Path | str,
    *options: object,
    prefix: tuple[str, ...] = (),
    model: Path = MODEL,
    **environment: str,
) -> Finished:
    """Run a job to its end."""
    return finish(start(images, output, *options, prefix=prefix, model=model, **environment))


def rows(output: Path, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table in JSON Lines, in no order."""
    files = sorted((output / table).glob("part-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


class VisibleRows:
    """Counts the rows that an output shows, while they become more; each part is read once."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._rows: dict[Path, int] = {}

    def count(self) -> int:
        """Return how many rows both tables have now."""
        for file in self._output.glob("[pq]*/part-*"):
            if file not in self._rows:
                self._rows[file] = file.read_bytes().count(b"\n")
        return sum(self._rows.values())


def by_path(output: Path, table: str) -> dict[str, dict[str, Any]]:
    """Return a table's rows by their paths, which must be different."""
    found = rows(output, table)
    answer = {row["path"]: row for row in found}
    assert len(answer) == len(found), "a path stands in two rows"
    return answer


def assert_balanced(done: Finished, output: Path) -> dict[str, Any]:
    """Check the ledger against the tables; return it."""
    assert done.ledger is not None, done.stderr
    ledger = done.ledger
    predicted, quarantined = by_path(output, "predictions"), by_path(output, "quarantine")
    assert ledger["is_balanced"]
    assert ledger["files"] == ledger["predicted"] + ledger["quarantined"] + ledger["not_done"]
    if ledger["output"] is None:  # after a stop, a busy machine may not count them in time
        assert ledger["status"] == "interrupted" and "were not counted again" in done.stderr
    else:
        assert ledger["output"]["predicted"] == len(predicted)
        assert ledger["output"]["quarantined"] == len(quarantined)
    assert not predicted.keys() & quarantined.keys()
    assert json.loads((output / "ledger.json").read_text()) == ledger
    return ledger
