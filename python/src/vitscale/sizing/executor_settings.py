"""Memory settings of executors for the job, unless the user sets them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vitscale.errors import ModelError
from vitscale.jvm.settings import all_settings, parsed
from vitscale.jvm.spark_master import is_local
from vitscale.sizing.executor import DEFAULT_BATCH_SIZE, Footprint, size_executor

_CORES, _TASK_CPUS = "spark.executor.cores", "spark.task.cpus"
_DERIVED = ("spark.executor.memory", "spark.executor.memoryOverhead")
_ONE_CORE_BY_DEFAULT = ("yarn", "k8s://")


def executor_settings(
    model: str, precision: str, batch_size: int | None, master: str, settings: Sequence[str]
) -> list[str]:
    """Return the memory settings that are not set elsewhere, each ``KEY=VALUE``.

    Parameters
    ----------
    model, precision : str
        Model folder and precision; only a folder on this machine can be read.
    batch_size : int, optional
        Images in one forward pass; None for the engine's default.
    master : str
        Spark's master URL.
    settings : sequence of str
        Settings of the user, each ``KEY=VALUE``; they win, and so does ``spark-defaults.conf``.

    Returns
    -------
    list of str
        Empty if the executor is this process, if the model is on another file system, or on a standalone
        cluster without ``spark.executor.cores``: there an executor uses all cores of its worker, whose number
        is not known here.
    """
    made = all_settings(parsed(settings))
    cores = made.get(_CORES, "1" if master.startswith(_ONE_CORE_BY_DEFAULT) else "")
    task_cpus = made.get(_TASK_CPUS, "1")
    if is_local(master) or not (cores.isdecimal() and task_cpus.isdecimal()):
        return []
    try:
        footprint = Footprint.read(Path(model), precision)
    except ModelError:
        return []  # on another file system; if it is missing, the job reports it
    size = size_executor(
        footprint,
        batch_size=batch_size or DEFAULT_BATCH_SIZE,
        cores=int(cores),
        task_cpus=int(task_cpus),
    )
    return [f"{key}={size.settings[key]}" for key in _DERIVED if key not in made]


def native_mib(model: str, precision: str, batch_size: int | None, master: str) -> int:
    """Return the memory that the model needs in the driver's process outside of the heap, in MiB.

    Parameters
    ----------
    model, precision, batch_size, master
        As in :func:`executor_settings`.

    Returns
    -------
    int
        0 if executors are other processes, or if the model is on another file system.
    """
    if not is_local(master):
        return 0
    try:
        footprint = Footprint.read(Path(model), precision)
    except ModelError:
        return 0
    return size_executor(footprint, batch_size=batch_size or DEFAULT_BATCH_SIZE).overhead_mib
