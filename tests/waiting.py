"""Waiting for what another process does, never for ever."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.05


def wait_until(
    answer: Callable[[], T],
    otherwise: str,
    *,
    seconds: float = 120,
    of: subprocess.Popen[str] | None = None,
) -> T:
    """Return the first answer that is true.

    Parameters
    ----------
    answer : callable
        Asked again and again.
    otherwise : str
        What to say when the time is up.
    seconds : float
        How long to wait; much more than it takes, since tests run beside each other.
    of : Popen, optional
        The process that should bring it about: its end is the end of waiting, too.
    """
    deadline = time.monotonic() + seconds
    while not (found := answer()):
        assert of is None or of.poll() is None, f"{otherwise}; the process ended with {of.returncode}"
        assert time.monotonic() < deadline, f"{otherwise} in {seconds:.0f} s"
        time.sleep(POLL_SECONDS)
    return found
