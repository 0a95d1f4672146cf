"""Controls started processes: death with their parent, pinning to cores, and termination."""

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
    """Make Linux kill this process when its parent dies; call it in the child before its program runs."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def own_processors(processes: int, cores: int) -> list[set[int]]:
    """Divide the CPU cores that this process may use among several processes.

    Raises
    ------
    UsageError
        If there are too few cores.
    """
    usable = sorted(os.sched_getaffinity(0))
    if processes * cores > len(usable):
        raise UsageError(
            f"{processes} processes of {cores} cores need {processes * cores} cores; this process has "
            f"{len(usable)}. Start fewer processes, or do not pin them."
        )
    return [set(usable[first : first + cores]) for first in range(0, processes * cores, cores)]


def end(processes: Iterable[psutil.Process], patience_seconds: float) -> None:
    """Terminate processes, and kill those that are left after ``patience_seconds``."""
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
