"""Samples the driver during a measured process, while images are timed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from vitscale.gpu.nvml import Device, Nvml, Reading

_WARMED_UP, _PASSED = "warmup:", "measurement:"
"""First words of the lines that a worker writes after its warm-up and after each measured iteration."""


@dataclass(frozen=True)
class Sample:
    """Values of all GPUs at one moment, and the ids of our processes then."""

    readings: tuple[Reading, ...]
    pids: frozenset[int]


@dataclass(frozen=True)
class Record:
    """Samples of the driver during one process, from its start to its end.

    Attributes
    ----------
    driver : str
        Version of the driver.
    devices : tuple of Device
        All GPUs of the machine.
    before : tuple of Reading
        Values before the process started.
    measured : tuple of Sample
        Samples between the warm-up and the end of the last measured iteration.
    """

    driver: str
    devices: tuple[Device, ...]
    before: tuple[Reading, ...]
    measured: tuple[Sample, ...]


class GpuWatch:
    """Collects samples: at each sample of the launcher, and at the end of each measured iteration.

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
        """Take a sample; ``pids`` are the measured process and its children."""
        with self._lock:
            self._pids = pids
            self._take()

    def listening(self, report: Callable[[str], None]) -> Callable[[str], None]:
        """Return a reporter that recognises the phases by the lines that it passes on."""

        def heard(line: str) -> None:
            with self._lock:
                if line.startswith(_WARMED_UP):
                    self._first = self._end = len(self._samples)
                elif line.startswith(_PASSED):
                    self._take()  # so that even the shortest iteration has a sample
                    self._end = len(self._samples)
            report(line)

        return heard

    @property
    def record(self) -> Record:
        """The collected samples."""
        with self._lock:
            measured = tuple(self._samples[self._first : self._end])
        return Record(self._nvml.driver, self._nvml.devices, self._before, measured)

    def _take(self) -> None:
        self._samples.append(Sample(self._nvml.read(), self._pids))
