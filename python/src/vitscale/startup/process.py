"""Runs one process of the work on a class archive."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from vitscale.errors import JavaError

_LINES = 3
"""Last lines that an error shows: Java names the cause, such as a full disk, before the last one."""


def run(command: Sequence[str], variables: Mapping[str, str] | None, what: str, made: Path) -> None:
    """Run a command that writes a file, without its messages, among which Java warns of classes it skips.

    Parameters
    ----------
    command : sequence of str
        Command line.
    variables : mapping of str to str, optional
        Environment variables, by default those of this process.
    what : str
        What runs, for the message.
    made : Path
        The file that it writes.

    Raises
    ------
    JavaError
        If it cannot start, fails or writes no file.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=variables,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise JavaError(f"{what} did not start: {error.strerror}.") from error
    if done.returncode:
        said = done.stdout.strip().splitlines() or ["no message"]
        raise JavaError(f"{what} ended with exit status {done.returncode}: {' '.join(said[-_LINES:])}")
    if not made.is_file():
        raise JavaError(
            f"{what} wrote no file. This Java has no Class Data Sharing; OpenJDK's HotSpot has it."
        )
