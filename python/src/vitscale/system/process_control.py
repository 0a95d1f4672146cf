"""What started processes share: an end with the one who started them, and processors of their own."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterable

import psutil

from vitscale.errors import UsageError

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Let Linux end this process when its parent is killed; to be called in the child before it runs."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def own_processors(processes: int, cores: int) -> list[set[int]]:
    """Share out the processors that this process may use, so many to each of several processes.

    Raises
    ------
    UsageError
        If there are not enough.
    """
    usable = sorted(os.sched_getaffinity(0))
    if processes * cores > len(usable):
        raise UsageError(
            f"{processes} processes of {cores} cores cannot have processors of their own: there are "
            f"{len(usable)}. Start fewer, or leave them unpinned."
        )
    return [set(usable[first : first + cores]) for first in range(0, processes * cores, cores)]


def end(processes: Iterable[psutil.Process], patience_seconds: float) -> None:
    """End processes: those that do not go when asked are killed after a while."""
    asked = list(processes)
    for process in asked:
        _signal(process, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(asked, timeout=patience_seconds)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=patience_seconds)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
