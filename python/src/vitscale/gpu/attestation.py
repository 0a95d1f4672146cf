"""Checks that a run used a GPU, with evidence from the device itself.

Two conditions must hold. The session must report CUDA, and the driver must have listed the process on the GPU
while images were timed, with memory. Inside a container the driver's list is often unusable: it is empty or
has the process ids of the host; some systems list no processes at all. Then a rise of memory and utilisation
above the values before the start of the process replaces it, and the results say so: another process that
started on the same GPU at the same moment would pass, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import median

from vitscale.errors import GpuError
from vitscale.gpu.nvml import Reading
from vitscale.gpu.sampling import Record
from vitscale.results.gpu_schema import Gpu, GpuProof, Sampled

CUDA_PROVIDERS = frozenset({"CUDAExecutionProvider", "cuda"})
"""Names of NVIDIA GPUs in ONNX Runtime and PyTorch."""
LEAST_RISE_BYTES = 64 << 20
"""Smallest rise of memory that counts, in bytes; a CUDA context without weights takes more."""
_INITIAL_PID_NAMESPACE = "pid:[4026531836]"
"""Linux's PROC_PID_INIT_INO, 0xEFFFFFFC (include/linux/proc_ns.h): not in a container."""


def attest(
    record: Record, providers: Mapping[str, int], gpus: int = 1, *, in_container: bool | None = None
) -> list[Gpu]:
    """Return the samples of each GPU that the run used, as in the results.

    Parameters
    ----------
    record : Record
        Samples of the driver during the process.
    providers : mapping of str to int
        Report of the session: provider -> nodes, or weights.
    gpus : int
        Number of GPUs requested.
    in_container : bool, optional
        Whether the driver may use other process ids than this process; detected by default.

    Raises
    ------
    GpuError
        If the evidence is missing; the message has the reason.
    """
    if not any(providers.get(name) for name in CUDA_PROVIDERS):
        ran_on = ", ".join(name for name, count in providers.items() if count) or "no provider that it names"
        raise GpuError(f"A GPU was requested, but the model ran on {ran_on}. The run does not count.")
    if not record.measured:
        raise GpuError(
            "There is no sample of the driver while images were timed, so nothing shows that a GPU was used."
        )
    proof: GpuProof = "process list"
    used = _showing(record, _process_memory)
    inside = _is_in_container() if in_container is None else in_container
    if not used and (inside or not _lists_processes(record)):
        proof, used = "memory and utilisation", _showing(record, _risen_memory)
    if len(used) < gpus:
        raise GpuError(_unproven(record, len(used), gpus))
    return [_facts(record, index, proof) for index in used]


def _showing(record: Record, memory: Callable[[Record, int], int]) -> list[int]:
    return [device.index for device in record.devices if memory(record, device.index) > 0]


def _lists_processes(record: Record) -> bool:
    return any(reading.processes is not None for one in record.measured for reading in one.readings)


def _process_memory(record: Record, index: int) -> int:
    """Return the most memory of our processes on a GPU while images were timed, in bytes."""
    return max(
        sum(bytes_ for pid, bytes_ in (one.readings[index].processes or {}).items() if pid in one.pids)
        for one in record.measured
    )


def _risen_memory(record: Record, index: int) -> int:
    """Return the rise of a GPU's memory; 0 if it is too small or utilisation did not rise."""
    before = record.before[index]
    while_timed = [one.readings[index] for one in record.measured]
    memory = _most(one.memory_used_bytes for one in while_timed) - (before.memory_used_bytes or 0)
    work = _most(one.utilization_percent for one in while_timed) - (before.utilization_percent or 0)
    return memory if memory >= LEAST_RISE_BYTES and work > 0 else 0


def _most(values: Iterable[int | None]) -> int:
    return max((value for value in values if value is not None), default=0)


def _is_in_container() -> bool:
    try:
        return str(Path("/proc/self/ns/pid").readlink()) != _INITIAL_PID_NAMESPACE
    except OSError:
        return False  # not Linux: the driver's list is usable


def _unproven(record: Record, shown: int, asked: int) -> str:
    others = {pid for one in record.measured for reading in one.readings for pid in reading.processes or {}}
    ours = {pid for one in record.measured for pid in one.pids}
    listed = ", ".join(map(str, sorted(others))) or "none"
    return (
        f"{asked} GPUs were requested, and the driver listed our process on {shown}. While images were timed "
        f"it listed the processes {listed}; ours are {', '.join(map(str, sorted(ours))) or 'not known'}. "
        "The run does not count. Check nvidia-smi during a run."
    )


def _facts(record: Record, index: int, proof: GpuProof) -> Gpu:
    device = record.devices[index]
    readings = [one.readings[index] for one in record.measured]

    def sampled(value: Callable[[Reading], float | None]) -> Sampled | None:
        told = [one for one in map(value, readings) if one is not None]
        return {"median": median(told), "max": max(told)} if told else None

    return {
        "index": index,
        "name": device.name,
        "memory_bytes": device.memory_bytes,
        "driver": record.driver,
        "proof": proof,
        "samples": len(readings),
        "process_memory_bytes": _process_memory(record, index) or None,
        "utilization_percent": sampled(lambda one: one.utilization_percent),
        "memory_used_bytes": sampled(lambda one: one.memory_used_bytes),
        "power_watts": sampled(lambda one: one.power_watts),
        "sm_clock_mhz": sampled(lambda one: one.sm_clock_mhz),
        "memory_clock_mhz": sampled(lambda one: one.memory_clock_mhz),
        "temperature_celsius": sampled(lambda one: one.temperature_celsius),
    }
