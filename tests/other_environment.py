"""Runs test files again in a process with another environment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def assert_passing(files: Sequence[str], keyword: str, environment: Mapping[str, str]) -> None:
    """Run the tests of files whose names match a keyword expression; at least one runs, and all pass."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        "-k",
        keyword,
        *files,
    ]
    done = subprocess.run(
        command,
        env=environment,
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert " passed" in done.stdout
