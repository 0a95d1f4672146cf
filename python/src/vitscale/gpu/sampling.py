"""Asks the driver beside a measured process: what its GPUs did while images were timed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from vitscale.gpu.nvml import Device, Nvml, Reading

_WARMED_UP, _PASSED = "warmup:", "measurement:"
"""How the lines begin that every worker says after its warm-up and after each measured pass."""


@dataclass(frozen=True)
class Sample:
    """What all GPUs said at one moment, and which processes were ours then."""

    readings: tuple[Reading, ...]
    pids: frozenset[int]


@dataclass(frozen=True)
class Record:
    """What the driver said beside one process, from its start to its end.

    Attributes
    ----------
    driver : str
        The driver's version.
    devices : tuple of Device
        All GPUs of the machine.
    before : tuple of Reading
        What they said before the process started.
    measured : tuple of Sample
        Those taken between the warm-up and the end of the last measured pass.
    """

    driver: str
    devices: tuple[Device, ...]
    before: tuple[Reading, ...]
    measured: tuple[Sample, ...]


class GpuWatch:
    """Collects samples: at the launcher's beat, and at the end of each measured pass.

    Parameters
    ----------
    nvml : Nvml
        The driver.
    """

    def __init__(self, nvml: Nvml) -> None:
        self._nvml = nvml
        self._before = nvml.read()
        self._samples: list[Sample] = []
        self._pids: frozenset[int] = frozenset()
        self._first = self._end = 0
        self._lock = threading.Lock()

    def sample(self, pids: frozenset[int]) -> None:
        """Ask once; ``pids`` are the measured process and its children."""
        with self._lock:
            self._pids = pids
            self._take()

    def listening(self, report: Callable[[str], None]) -> Callable[[str], None]:
        """Return a reporter that tells the phases from the lines that pass through it."""

        def heard(line: str) -> None:
            with self._lock:
                if line.startswith(_WARMED_UP):
                    self._first = self._end = len(self._samples)
                elif line.startswith(_PASSED):
                    self._take()  # so that even the shortest pass has a sample
                    self._end = len(self._samples)
            report(line)

        return heard

    @property
    def record(self) -> Record:
        """What was collected."""
        with self._lock:
            measured = tuple(self._samples[self._first : self._end])
        return Record(self._nvml.driver, self._nvml.devices, self._before, measured)

    def _take(self) -> None:
        self._samples.append(Sample(self._nvml.read(), self._pids))
