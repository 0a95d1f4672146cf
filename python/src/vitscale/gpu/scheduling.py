"""Derives the cores and Spark tasks of a GPU, and the Spark settings for them.

Spark schedules GPUs like cores. An executor gets ``spark.executor.resource.gpu.amount`` of them, and a task
``spark.task.resource.gpu.amount``: a fraction a lets floor(1 / a) tasks share one GPU
(``ResourceUtils.calculateAmountAndPartsForFraction``; Spark refuses fractions between 0.5 and 1). In our
engine all cores of an executor decode for its GPUs, whatever the number of tasks. So a GPU needs as many
cores as its images per second divided by the images per second that one core prepares. A task only reads
files and writes rows; a second task reads while the first one writes, and each task holds some batches in
memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from math import ceil, floor
from pathlib import Path

from vitscale.errors import UsageError

TASKS_PER_GPU = 2
HOST_MEMORY = "The host memory that CUDA itself uses was not measured and is not in the overhead."
_DIGITS = 10**6
"""Digits of a task's fraction; it is rounded down, so that all tasks fit."""
_MOST_TASKS = 900
"""Most tasks on a GPU: with more, six digits do not distinguish neighbouring numbers."""


@dataclass(frozen=True)
class Speeds:
    """Speeds that determine the number of cores of a GPU.

    Attributes
    ----------
    core_images_per_sec : float
        Images per second that one core reads, decodes and resizes.
    gpu_images_per_sec : float
        Images per second of the forward pass on one GPU.
    """

    core_images_per_sec: float
    gpu_images_per_sec: float


@dataclass(frozen=True)
class GpuPlan:
    """GPUs, tasks and cores of one machine and of each of its executors.

    Attributes
    ----------
    gpus_per_node, gpus_per_executor : int
        As requested.
    executors_per_node : int
        Executors on one machine.
    tasks_per_gpu : int
        Tasks that share a GPU.
    task_cpus : int
        Cores of a task.
    reasons : tuple of str
        Reasons, one sentence each.
    """

    gpus_per_node: int
    gpus_per_executor: int
    executors_per_node: int
    tasks_per_gpu: int
    task_cpus: int
    reasons: tuple[str, ...]

    @property
    def cores_per_executor(self) -> int:
        """Cores of all tasks that an executor runs at a time."""
        return self.gpus_per_executor * self.tasks_per_gpu * self.task_cpus

    @property
    def task_gpus(self) -> str:
        """Share of a GPU of one task, as Spark reads it: 1, 0.5, 0.333333."""
        if self.tasks_per_gpu == 1:
            return "1"
        return f"{floor(_DIGITS / self.tasks_per_gpu) / _DIGITS:f}".rstrip("0")

    @property
    def settings(self) -> dict[str, str]:
        """Spark settings for spark-submit."""
        return {
            "spark.executor.resource.gpu.amount": str(self.gpus_per_executor),
            "spark.executor.resource.gpu.discoveryScript": str(discovery_script()),
            "spark.task.resource.gpu.amount": self.task_gpus,
        }

    @property
    def worker_settings(self) -> dict[str, str]:
        """Settings for ``spark-defaults.conf`` of the workers of a standalone cluster."""
        return {
            "spark.worker.resource.gpu.amount": str(self.gpus_per_node),
            "spark.worker.resource.gpu.discoveryScript": str(discovery_script()),
        }


def discovery_script() -> Path:
    """Return the script that lists a machine's GPUs for Spark; copy it to the same path on each machine."""
    return Path(str(files("vitscale.gpu"))) / "discover-gpus.sh"


def plan_gpus(
    *,
    cores_per_node: int,
    gpus_per_node: int,
    gpus_per_executor: int = 1,
    tasks_per_gpu: int = TASKS_PER_GPU,
    speeds: Speeds | None = None,
) -> GpuPlan:
    """Derive cores and tasks of each GPU.

    Parameters
    ----------
    cores_per_node, gpus_per_node : int
        Cores and GPUs of each machine.
    gpus_per_executor : int
        GPUs of each executor. With 1 each GPU has its own executor; more GPUs share a heap.
    tasks_per_gpu : int
        Tasks that share a GPU; fewer if it has fewer cores.
    speeds : Speeds, optional
        Without them each GPU gets an equal share of all cores.

    Raises
    ------
    UsageError
        If a number is below 1, an executor has more GPUs than a machine, or there are fewer cores than GPUs.
    """
    _check(cores_per_node, gpus_per_node, gpus_per_executor, tasks_per_gpu, speeds)
    executors = gpus_per_node // gpus_per_executor
    used = executors * gpus_per_executor
    share = cores_per_node // used
    wanted = share if speeds is None else ceil(speeds.gpu_images_per_sec / speeds.core_images_per_sec)
    tasks = min(tasks_per_gpu, share, _MOST_TASKS)
    cores_each = min(ceil(min(wanted, share) / tasks), share // tasks)
    return GpuPlan(
        gpus_per_node=gpus_per_node,
        gpus_per_executor=gpus_per_executor,
        executors_per_node=executors,
        tasks_per_gpu=tasks,
        task_cpus=cores_each,
        reasons=(
            _executors(executors, gpus_per_node, gpus_per_executor),
            _cores(tasks * cores_each, share, f"{cores_per_node} cores / {used} GPUs", speeds),
            f"{tasks} tasks of {cores_each} cores each share a GPU: one reads while another writes rows. All "
            "cores of the executor decode, whatever the number of tasks.",
        ),
    )


def _check(cores: int, gpus: int, gpus_per_executor: int, tasks: int, speeds: Speeds | None) -> None:
    numbers = {
        "cores of a machine": cores,
        "GPUs of a machine": gpus,
        "GPUs of an executor": gpus_per_executor,
        "tasks of a GPU": tasks,
    }
    for name, number in numbers.items():
        if number < 1:
            raise UsageError(f"The number of {name} is {number}; expected at least 1.")
    if speeds and min(speeds.core_images_per_sec, speeds.gpu_images_per_sec) <= 0:
        raise UsageError("Images per second of a core and of a GPU must be above 0.")
    if gpus_per_executor > gpus:
        raise UsageError(
            f"--gpus-per-executor is {gpus_per_executor}, but the machine has {gpus} GPUs. Choose fewer."
        )
    used = gpus // gpus_per_executor * gpus_per_executor
    if cores < used:
        raise UsageError(f"{used} GPUs need one core each, but the machine has {cores}. Use fewer GPUs.")


def _executors(executors: int, gpus: int, gpus_per_executor: int) -> str:
    idle = gpus - executors * gpus_per_executor
    rest = f" {idle} GPUs stay idle: choose a divisor of {gpus}." if idle else ""
    return f"Executors: {gpus} GPUs of a machine / {gpus_per_executor} in each = {executors}.{rest}"


def _cores(cores: int, share: int, division: str, speeds: Speeds | None) -> str:
    most = f"of at most {share} ({division})"
    if speeds is None:
        return (
            f"{cores} cores for each GPU {most}: all of them, since no speeds are given (--results, or "
            "--core-images-per-sec and --gpu-images-per-sec)."
        )
    rates = (
        f"{speeds.gpu_images_per_sec:,.0f} images/s / {speeds.core_images_per_sec:,.1f} that a core prepares"
    )
    busy = cores * speeds.core_images_per_sec / speeds.gpu_images_per_sec
    if busy < 1:
        return (
            f"{cores} cores for each GPU {most}: decoding is the bottleneck ({rates}), and the GPU is busy "
            f"about {busy:.0%} of the time (an estimate). More cores or smaller files help."
        )
    return f"{cores} cores for each GPU {most}: they keep it busy ({rates}; an estimate)."
