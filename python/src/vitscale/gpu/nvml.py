"""Reads the GPUs of this machine from NVIDIA's driver (NVML); no other module uses NVML."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import pynvml

from vitscale.errors import GpuError

_MILLIWATTS = 1000
_CUDA_MAJOR, _CUDA_MINOR = 1000, 10  # 13020 is CUDA 13.2 (nvmlSystemGetCudaDriverVersion)


@dataclass(frozen=True)
class Device:
    """A GPU with the driver's index; CUDA may use another order."""

    index: int
    name: str
    memory_bytes: int


@dataclass(frozen=True)
class Reading:
    """Values of a GPU at one moment; None for a value that the driver does not report.

    Attributes
    ----------
    utilization_percent : int or None
        Share of the driver's last sample period (1/6 to 1 s) in which any kernel ran (``nvmlUtilization_t``).
    memory_used_bytes : int or None
        Memory in use by all processes.
    power_watts : float or None
        Power of the whole board.
    sm_clock_mhz, memory_clock_mhz : int or None
        Clocks of the streaming multiprocessors and of the memory.
    temperature_celsius : int or None
        Temperature of the chip.
    processes : mapping of int to int, or None
        Id of a compute process -> device memory in bytes; 0 if the driver does not report it.
    """

    utilization_percent: int | None = None
    memory_used_bytes: int | None = None
    power_watts: float | None = None
    sm_clock_mhz: int | None = None
    memory_clock_mhz: int | None = None
    temperature_celsius: int | None = None
    processes: Mapping[int, int] | None = None


class Nvml:
    """A connection to the driver.

    Raises
    ------
    GpuError
        If there is no driver or no GPU; the message has the remedy.
    """

    def __init__(self) -> None:
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError as error:
            raise GpuError(_explain(error)) from error
        try:
            count = pynvml.nvmlDeviceGetCount()
            self._handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(count)]
            self.driver = str(pynvml.nvmlSystemGetDriverVersion())
            self.devices = tuple(
                Device(index, str(pynvml.nvmlDeviceGetName(handle)), int(_memory(handle).total))
                for index, handle in enumerate(self._handles)
            )
        except pynvml.NVMLError as error:
            self.close()
            raise GpuError(_explain(error)) from error
        if not self.devices:
            self.close()
            raise GpuError(
                f"NVIDIA's driver {self.driver} is installed but reports no GPU. In a container, pass one "
                "in: docker run --gpus all."
            )

    @property
    def cuda_version(self) -> tuple[int, int] | None:
        """Newest CUDA version of the driver, or None if the driver does not report it."""
        number = _told(pynvml.nvmlSystemGetCudaDriverVersion)
        return None if number is None else (number // _CUDA_MAJOR, number % _CUDA_MAJOR // _CUDA_MINOR)

    def read(self) -> tuple[Reading, ...]:
        """Return the current values of each GPU, in the order of ``devices``."""
        return tuple(map(_read, self._handles))

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()

    def __enter__(self) -> Nvml:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _read(handle: Any) -> Reading:
    rates = _told(pynvml.nvmlDeviceGetUtilizationRates, handle)
    memory = _told(_memory, handle)
    milliwatts = _told(pynvml.nvmlDeviceGetPowerUsage, handle)
    return Reading(
        utilization_percent=None if rates is None else int(rates.gpu),
        memory_used_bytes=None if memory is None else int(memory.used),
        power_watts=None if milliwatts is None else milliwatts / _MILLIWATTS,
        sm_clock_mhz=_told(pynvml.nvmlDeviceGetClockInfo, handle, pynvml.NVML_CLOCK_SM),
        memory_clock_mhz=_told(pynvml.nvmlDeviceGetClockInfo, handle, pynvml.NVML_CLOCK_MEM),
        temperature_celsius=_told(pynvml.nvmlDeviceGetTemperature, handle, pynvml.NVML_TEMPERATURE_GPU),
        processes=_processes(handle),
    )


def _processes(handle: Any) -> dict[int, int] | None:
    listed = _told(pynvml.nvmlDeviceGetComputeRunningProcesses, handle)
    return None if listed is None else {int(one.pid): int(one.usedGpuMemory or 0) for one in listed}


def _memory(handle: Any) -> Any:
    return pynvml.nvmlDeviceGetMemoryInfo(handle)


def _told(ask: Callable[..., Any], *arguments: Any) -> Any:
    """Return a value, or None: some GPUs do not report everything, or not in every state."""
    try:
        return ask(*arguments)
    except pynvml.NVMLError:
        return None


def _explain(error: pynvml.NVMLError) -> str:
    return _REASONS.get(error.value) or f"NVIDIA's driver failed: {error}. Check nvidia-smi."


_REASONS: dict[int, str] = {
    pynvml.NVML_ERROR_LIBRARY_NOT_FOUND: (
        "There is no NVIDIA driver: libnvidia-ml.so.1 was not found. Install the driver; in a container, "
        "pass the GPU in: docker run --gpus all."
    ),
    pynvml.NVML_ERROR_DRIVER_NOT_LOADED: (
        "NVIDIA's driver is installed but not loaded. Load it (modprobe nvidia), or restart."
    ),
    pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH: (
        "NVIDIA's driver was updated since the machine started. Restart the machine."
    ),
    pynvml.NVML_ERROR_NO_PERMISSION: (
        "NVIDIA's driver gives this user no access to the GPU. Grant access to /dev/nvidia*."
    ),
}
