"""What bounds a run on a GPU: the GPU itself, copying to it, or preparing images for it.

The driver's utilisation is the share of the time in which any kernel ran, so what is missing to 100 % is time
that the GPU waited. It waited for the slowest of what stands before it: for images that are read, decoded and
resized, by as many threads as the backend has for that, or for their copy into the GPU's memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from vitscale.backends.spec import BackendSpec
from vitscale.results import units
from vitscale.results.schema import Benchmark, BenchmarkSuite, StageName, Stages
from vitscale.results.stats import counted_runs

BUSY_PERCENT = 90.0
"""From this utilisation on, the GPU is what bounds; ours, as NVML's figure has a step of one per cent."""
_PREPARING: tuple[StageName, ...] = ("list", "read", "decode", "resize", "normalise")

Bound = Literal["GPU-bound", "copy-bound", "decode-bound"]
_REMEDIES: dict[Bound, str] = {
    "GPU-bound": "a lower precision (fp16), a smaller model or another GPU would help",
    "copy-bound": "bytes in the place of floats (precision fp16-uint8) are a quarter to copy",
    "decode-bound": "more processor cores for decoding, or smaller files, would help; a faster GPU would not",
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
    """

    bound: Bound
    utilization: float
    sentence: str


def gpu_row(stages: Stages, results: BenchmarkSuite) -> Benchmark | None:
    """Return the benchmark on a GPU that stages belong to, or None: they are those of a processor."""
    for row in results["benchmarks"]:
        inside = str(BackendSpec(row["backend"], row["options"]).inside)
        if (inside, row["batch_size"]) == (stages["backend"], stages["batch_size"]) and _is_shown(row):
            return row
    return None


def judge_on_gpu(name: str, stages: Stages, row: Benchmark, cores: int) -> GpuBound | None:
    """Return what bounds a run on a GPU; None where the driver told no utilisation.

    Parameters
    ----------
    name : str
        Of the backend, for the reader.
    stages : Stages
        Milliseconds an image, on one thread.
    row : Benchmark
        The run, with what its GPUs showed.
    cores : int
        Of the machine.
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
        f"{units.number(copying)} ms to copy and {units.number(times['forward'])} ms in the model; "
        f"{_REMEDIES[bound]}."
    )
    return GpuBound(bound, percent / 100, sentence)


def utilizations(row: Benchmark) -> Sequence[float]:
    """Return the median utilisation of each GPU in each process behind a row's figures, per cent."""
    shown = [gpu["utilization_percent"] for run in counted_runs(row["runs"]) for gpu in run.get("gpus", [])]
    return [one["median"] for one in shown if one is not None]


def preparing_threads(row: Benchmark, cores: int) -> int:
    """Return how many threads prepare images beside the model, by how each backend is built."""
    if row["backend"] in {"vitscale", "spark-nlp"}:
        return cores  # a task on each
    return max(1, int(row["options"].get("num_workers", 0)))


def _is_shown(row: Benchmark) -> bool:
    return row["device"] == "gpu" and any("gpus" in run for run in row["runs"])
