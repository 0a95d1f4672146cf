"""Starts a worker process, samples it, and returns its exit status, usage and last lines."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import psutil

from vitscale.system.process_control import die_with_parent

_LINES_KEPT = 15
_PREFIX = "vitscale: "


@dataclass(frozen=True)
class Finished:
    """A finished process.

    Attributes
    ----------
    exit_code : int
        Exit status; negative if a signal ended the process.
    peak_memory_bytes : int
        Largest sampled resident memory of the process and its children together.
    cpu_seconds : float
        CPU time of the process and its children.
    wall_seconds : float
        Time from start to end.
    other_cpu_seconds : float
        CPU time of all other work meanwhile, on the cores that this process may use. It includes the time
        that a hypervisor gave to other guests.
    last_lines : list of str
        Last lines of its output.
    """

    exit_code: int
    peak_memory_bytes: int
    cpu_seconds: float
    wall_seconds: float
    other_cpu_seconds: float
    last_lines: list[str]

    @property
    def reason(self) -> str:
        """Reason of the failure in one line, and the end of the log."""
        if self.exit_code == -signal.SIGKILL:
            how = "was killed (SIGKILL): the machine probably ran out of memory; try a smaller batch size"
        elif self.exit_code < 0:
            how = f"was ended by {signal.Signals(-self.exit_code).name}"
        else:
            how = f"ended with exit status {self.exit_code}"
        return "\n".join([f"the process {how}", *self.last_lines])


def run_process(
    command: Sequence[str],
    report: Callable[[str], None],
    environment: Mapping[str, str] | None = None,
    beside: Callable[[frozenset[int]], None] | None = None,
    *,
    sample_seconds: float = 0.25,
) -> Finished:
    """Run a command in its own process group until it ends.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    report : callable
        Receives each line of progress of the process.
    environment : mapping of str to str, optional
        Environment variables, added to those of this process.
    beside : callable, optional
        Receives, at every sample, the ids of the process and its children.
    sample_seconds : float
        Interval between samples; each sample takes some 2 ms of CPU time.

    Notes
    -----
    If this call ends early (Ctrl-C), it kills the whole process group.
    """
    with _interrupt_held() as held:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # a JVM without memory reports it on stdout
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  (a system call that takes no lock)
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "TOKENIZERS_PARALLELISM": "false",
                **(environment or {}),
            },
        )
    start, busy = time.perf_counter(), _busy_seconds()
    watch = _Watch(process.pid, beside, sample_seconds)
    watch.start()
    try:
        if held:
            raise KeyboardInterrupt
        last_lines = _read(process, report)
        process.wait()
    finally:
        watch.stop()
        _end_group(process)
    return Finished(
        exit_code=process.returncode,
        peak_memory_bytes=watch.peak_bytes,
        cpu_seconds=watch.cpu_seconds,
        wall_seconds=time.perf_counter() - start,
        other_cpu_seconds=max(0.0, _busy_seconds() - busy - watch.cpu_seconds),
        last_lines=list(last_lines),
    )


@contextlib.contextmanager
def _interrupt_held() -> Iterator[list[int]]:
    """Collect Ctrl-C while a process starts: Python ignores what is raised in the hooks of a fork.

    See ``PyOS_AfterFork_Parent`` in CPython; `logging` and `random` have such hooks.
    """
    held: list[int] = []
    is_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not is_default or threading.current_thread() is not threading.main_thread():
        yield held
        return
    signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _busy_seconds() -> float:
    """Return the CPU time of all work since boot, on the cores that this process may use."""
    times = psutil.cpu_times(percpu=True)
    ours = psutil.Process().cpu_affinity() if sys.platform == "linux" else range(len(times))
    idle = {"idle", "iowait", "guest", "guest_nice"}  # `user` includes guests
    return sum(
        float(value)
        for number in ours or ()
        if number < len(times)
        for name, value in times[number]._asdict().items()
        if name not in idle
    )


def _read(process: subprocess.Popen[str], report: Callable[[str], None]) -> deque[str]:
    """Report progress and keep the last other lines, until the process closes its output."""
    kept: deque[str] = deque(maxlen=_LINES_KEPT)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(_PREFIX):
            report(line.removeprefix(_PREFIX).rstrip())
        elif line.strip():
            kept.append(line.rstrip())
    return kept


def _end_group(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Watch(threading.Thread):
    """Samples memory and CPU time of a process tree."""

    def __init__(
        self, pid: int, beside: Callable[[frozenset[int]], None] | None, sample_seconds: float
    ) -> None:
        super().__init__(daemon=True)
        self._sample_seconds = sample_seconds
        self.peak_bytes = 0
        self._beside = beside
        self._process = psutil.Process(pid)
        self._cpu: dict[int, float] = {}
        self._stopped = threading.Event()

    @property
    def cpu_seconds(self) -> float:
        return sum(self._cpu.values())

    def run(self) -> None:
        while not self._stopped.wait(self._sample_seconds):
            self._sample()

    def stop(self) -> None:
        self._stopped.set()
        self.join()

    def _sample(self) -> None:
        resident, pids = 0, set()
        with contextlib.suppress(psutil.Error):
            for process in [self._process, *self._process.children(recursive=True)]:
                pids.add(process.pid)
                with contextlib.suppress(psutil.Error):
                    resident += process.memory_info().rss
                    times = process.cpu_times()
                    self._cpu[process.pid] = times.user + times.system
        self.peak_bytes = max(self.peak_bytes, resident)
        if self._beside is not None:
            self._beside(frozenset(pids))
