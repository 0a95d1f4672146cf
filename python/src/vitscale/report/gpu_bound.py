"""The bottleneck of a run on a GPU: the GPU itself, copying to it, or preparing images for it.

The driver's utilisation is the share of the time in which any kernel ran. For the rest of the time the GPU
waits for the slowest step before it: reading, decoding and resizing images on the backend's threads, or
copying them into the GPU's memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from vitscale.backends.registry import spec_of
from vitscale.results import units
from vitscale.results.schema import Benchmark, BenchmarkSuite, StageName, Stages
from vitscale.results.stats import counted_runs

BUSY_PERCENT = 90.0
"""Utilisation from which on the GPU is the bottleneck; our choice, as NVML reports whole per cents."""
_PREPARING: tuple[StageName, ...] = ("list", "read", "decode", "resize", "normalise")

Bound = Literal["GPU-bound", "copy-bound", "decode-bound"]
_REMEDIES: dict[Bound, str] = {
    "GPU-bound": "lower precision (fp16), a smaller model or a faster GPU",
    "copy-bound": "copying bytes instead of floats (precision fp16-uint8), a quarter of the size",
    "decode-bound": "more CPU cores for decoding, or smaller files; a faster GPU would not help",
}


@dataclass(frozen=True)
class GpuBound:
    """The verdict on one backend.

    Attributes
    ----------
    bound : str
        One of three words.
    utilization : float
        Share of the time in which the GPU worked, 0 to 1: the median of the samples.
    sentence : str
        The verdict with its figures.
    remedy : str
        What would help.
    """

    bound: Bound
    utilization: float
    sentence: str
    remedy: str


def gpu_row(stages: Stages, results: BenchmarkSuite) -> Benchmark | None:
    """Return the benchmark on a GPU that stages belong to; None where they belong to a CPU."""
    for row in results["benchmarks"]:
        inside = str(spec_of(row["backend"], row["options"]).inside)
        if (inside, row["batch_size"]) == (stages["backend"], stages["batch_size"]) and _is_shown(row):
            return row
    return None


def judge_on_gpu(name: str, stages: Stages, row: Benchmark, cores: int) -> GpuBound | None:
    """Return the bottleneck of a run on a GPU; None where the driver reports no utilisation.

    Parameters
    ----------
    name : str
        Name of the backend for the reader.
    stages : Stages
        Milliseconds an image, on one thread.
    row : Benchmark
        The run, with the samples of its GPUs.
    cores : int
        Cores of the machine.
    """
    told = utilizations(row)
    if not told:
        return None
    percent = median(told)
    times = stages["ms_per_image"]
    threads = preparing_threads(row, cores)
    preparing, copying = sum(times[stage] for stage in _PREPARING) / threads, times["copy"]
    bound: Bound = "copy-bound" if copying > preparing else "decode-bound"
    bound = "GPU-bound" if percent >= BUSY_PERCENT else bound
    sentence = (
        f"{name} is {bound}: the GPU worked {percent:.0f} % of the time; an image takes "
        f"{units.number(preparing)} ms to prepare on {units.plural(threads, 'thread')}, "
        f"{units.number(copying)} ms to copy and {units.number(times['forward'])} ms in the model. "
        f"What would help: {_REMEDIES[bound]}."
    )
    return GpuBound(bound, percent / 100, sentence, _REMEDIES[bound])


def utilizations(row: Benchmark) -> Sequence[float]:
    """Return the median utilisation of each GPU in each process behind a row's figures, per cent."""
    shown = [gpu["utilization_percent"] for run in counted_runs(row["runs"]) for gpu in run.get("gpus", [])]
    return [one["median"] for one in shown if one is not None]


def preparing_threads(row: Benchmark, cores: int) -> int:
    """Return the number of threads that prepare images while the model runs."""
    if row["backend"] in {"vitscale", "spark-nlp"}:
        return cores  # a task on each
    return max(1, int(row["options"].get("num_workers", 0)))


def _is_shown(row: Benchmark) -> bool:
    return row["device"] == "gpu" and any("gpus" in run for run in row["runs"])
