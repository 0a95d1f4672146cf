"""Starts a worker process, watches it, and brings back its answer or the reason that it has none."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import psutil

from vitscale.system.process_control import die_with_parent

_LINES_KEPT = 15
_PREFIX = "vitscale: "


@dataclass(frozen=True)
class Finished:
    """What the harness knows of a process that ended.

    Attributes
    ----------
    exit_code : int
        Its exit status; negative if a signal ended it.
    peak_memory_bytes : int
        Largest resident memory of the process and its children together, as it was sampled.
    cpu_seconds : float
        Processor time of the process and its children.
    wall_seconds : float
        From its start to its end.
    other_cpu_seconds : float
        Processor time that everything else took meanwhile of the processors that we may use; what a
        hypervisor gave to others counts.
    last_lines : list of str
        The end of what it wrote.
    """

    exit_code: int
    peak_memory_bytes: int
    cpu_seconds: float
    wall_seconds: float
    other_cpu_seconds: float
    last_lines: list[str]

    @property
    def reason(self) -> str:
        """Why it failed, in one line and the end of its log."""
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
    """Run a command in a process group of its own until it ends.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    report : callable
        Told each line of progress that the process says.
    environment : mapping of str to str, optional
        Variables that it gets beside those of this process.
    beside : callable, optional
        Told, at every sample, the ids of the process and its children.
    sample_seconds : float
        From one sample to the next; each takes some 2 ms of a processor.

    Notes
    -----
    Whatever ends this call early (Ctrl-C) ends the whole process group.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # a JVM without memory says so on its stdout
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509  (it calls the kernel and takes no lock)
        env={**os.environ, "PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false", **(environment or {})},
    )
    start, busy = time.perf_counter(), _busy_seconds()
    watch = _Watch(process.pid, beside, sample_seconds)
    watch.start()
    try:
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


def _busy_seconds() -> float:
    """Return processor time spent on anything since the machine started, on the processors we may use."""
    times = psutil.cpu_times(percpu=True)
    ours = psutil.Process().cpu_affinity() if sys.platform == "linux" else range(len(times))
    idle = {"idle", "iowait", "guest", "guest_nice"}  # guests are counted in `user` already
    return sum(
        float(value)
        for number in ours or ()
        if number < len(times)
        for name, value in times[number]._asdict().items()
        if name not in idle
    )


def _read(process: subprocess.Popen[str], report: Callable[[str], None]) -> deque[str]:
    """Pass progress on and keep the end of everything else, until the process closes its output."""
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
    """Samples memory and processor time of a process tree."""

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
