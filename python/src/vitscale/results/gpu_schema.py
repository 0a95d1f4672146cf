"""Types of the GPU fields of a results file, as in ``results-v1.json``."""

from __future__ import annotations

from typing import Literal, TypedDict


class GpuDevice(TypedDict):
    """A GPU of the machine, as the driver reports it."""

    name: str
    memory_bytes: int
    driver: str


class DeviceUse(TypedDict):
    """Device on which a session ran, as the session reports it."""

    asked: Literal["gpu"]
    ids: list[int]
    providers: dict[str, int]
    cpu_operators: list[str]
    source: Literal["session", "equal session", "weights"]


class Sampled(TypedDict):
    """Median and maximum of the samples taken while images were timed."""

    median: float
    max: float


GpuProof = Literal["process list", "memory and utilisation"]


class Gpu(TypedDict):
    """Samples of a GPU while it worked for a process."""

    index: int
    name: str
    memory_bytes: int
    driver: str
    proof: GpuProof
    samples: int
    process_memory_bytes: int | None
    utilization_percent: Sampled | None
    memory_used_bytes: Sampled | None
    power_watts: Sampled | None
    sm_clock_mhz: Sampled | None
    memory_clock_mhz: Sampled | None
    temperature_celsius: Sampled | None
