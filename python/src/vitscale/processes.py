"""What every started process shares: an end that comes with the end of the one who started it."""

from __future__ import annotations

import ctypes
import signal
import sys
from collections.abc import Iterable

import psutil

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Let Linux end this process when its parent is killed; to be called in the child before it runs."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


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
