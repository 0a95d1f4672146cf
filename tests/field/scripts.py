"""Runs a script in a Python of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.job.jobs import QUICK_JAVA, TIMEOUT_SECONDS


def run(code: str, *arguments: object, prefix: tuple[str, ...] = (), **variables: str) -> str:
    """Return what a script prints on its standard output."""
    done = subprocess.run(
        [*prefix, sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env={**os.environ, "JDK_JAVA_OPTIONS": QUICK_JAVA, **variables},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
