"""What the job asks of executors where the user left it open: memory that the model needs."""

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
    """Return the memory settings that nobody made, each ``KEY=VALUE``.

    Parameters
    ----------
    model, precision : str
        The model folder; only one on this machine can be looked at.
    batch_size : int, optional
        Images of one forward pass; the engine's own by default.
    master : str
        Spark's master URL.
    settings : sequence of str
        What the user set, each ``KEY=VALUE``; it wins, and so does ``spark-defaults.conf``.

    Returns
    -------
    list of str
        Empty where the executors are this process, where the model lies elsewhere, and on a standalone
        cluster without ``spark.executor.cores``: an executor takes all cores of its worker there, and how
        many these are is not known here.
    """
    made = all_settings(parsed(settings))
    cores = made.get(_CORES, "1" if master.startswith(_ONE_CORE_BY_DEFAULT) else "")
    task_cpus = made.get(_TASK_CPUS, "1")
    if is_local(master) or not (cores.isdecimal() and task_cpus.isdecimal()):
        return []
    try:
        footprint = Footprint.read(Path(model), precision)
    except ModelError:
        return []  # on another file system; if it is nowhere, the job itself says so
    size = size_executor(
        footprint,
        batch_size=batch_size or DEFAULT_BATCH_SIZE,
        cores=int(cores),
        task_cpus=int(task_cpus),
    )
    return [f"{key}={size.settings[key]}" for key in _DERIVED if key not in made]


def native_mib(model: str, precision: str, batch_size: int | None, master: str) -> int:
    """Return what the model needs in the driver's own process outside of the heap, in MiB.

    Parameters
    ----------
    model, precision, batch_size, master
        As :func:`executor_settings` has them.

    Returns
    -------
    int
        0 where executors are other processes, and where the model lies elsewhere.
    """
    if not is_local(master):
        return 0
    try:
        footprint = Footprint.read(Path(model), precision)
    except ModelError:
        return 0
    return size_executor(footprint, batch_size=batch_size or DEFAULT_BATCH_SIZE).overhead_mib
