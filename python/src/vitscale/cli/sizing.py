"""``vitscale sizing``."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vitscale.cli.app import DEFAULT_MODEL, Json, Model, answer_console, app, exported, write_json
from vitscale.errors import UsageError

if TYPE_CHECKING:
    from vitscale.gpu.scheduling import Speeds


@app.command()
def sizing(
    model: Model = DEFAULT_MODEL,
    precision: Annotated[
        str,
        typer.Option(
            help="Precision of the graph to run: fp32, int8, ... (see `vitscale export --precision`)."
        ),
    ] = "fp32",
    batch_size: Annotated[int, typer.Option(min=1, help="Images in one forward pass.")] = 2,
    cores: Annotated[
        int, typer.Option(min=1, help="Cores of an executor; with --gpus-per-node, cores of a machine.")
    ] = 1,
    task_cpus: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Cores of a task. Leave it out with --gpus-per-node, which derives it.",
            show_default="1",
        ),
    ] = None,
    gpus_per_node: Annotated[
        int | None,
        typer.Option(min=1, help="GPUs of a machine. The command derives executors and tasks from it."),
    ] = None,
    gpus_per_executor: Annotated[int, typer.Option(min=1, help="GPUs of each executor.")] = 1,
    tasks_per_gpu: Annotated[int, typer.Option(min=1, help="Tasks that share one GPU.")] = 2,
    results: Annotated[
        Path | None, typer.Option(help="Results file measured on such a GPU; replaces the two speeds below.")
    ] = None,
    core_images_per_sec: Annotated[
        float | None, typer.Option(help="Images per second that one core decodes and resizes.")
    ] = None,
    gpu_images_per_sec: Annotated[
        float | None, typer.Option(help="Images per second of the forward pass on one GPU.")
    ] = None,
    json_to: Json = None,
) -> None:
    """Derive Spark settings for a model: executor memory and threads, and cores and tasks for GPUs.

    The output is settings for spark-submit, each with its reason.
    """
    from vitscale.gpu.scheduling import HOST_MEMORY, plan_gpus
    from vitscale.sizing.executor import Footprint, size_executor

    footprint = Footprint.read(exported(model, precision), precision)
    plan = None
    if gpus_per_node is not None:
        if task_cpus is not None:
            raise UsageError("--gpus-per-node derives the cores of a task; remove --task-cpus.")
        plan = plan_gpus(
            cores_per_node=cores,
            gpus_per_node=gpus_per_node,
            gpus_per_executor=gpus_per_executor,
            tasks_per_gpu=tasks_per_gpu,
            speeds=_speeds(results, core_images_per_sec, gpu_images_per_sec),
        )
        cores, task_cpus = plan.cores_per_executor, plan.task_cpus
        footprint = replace(footprint, activations=0)  # activations are in GPU memory
    size = size_executor(footprint, batch_size=batch_size, cores=cores, task_cpus=task_cpus or 1)
    settings = {**size.settings, **(plan.settings if plan else {})}
    reasons = [*plan.reasons, *size.reasons[1:], HOST_MEMORY] if plan else [*size.reasons]
    console = answer_console(json_to)
    for key, value in settings.items():
        console.print(f"--conf {key}={value}", markup=False, highlight=False, soft_wrap=True)
    for key, value in plan.worker_settings.items() if plan else ():
        line = f"in spark-defaults.conf of the workers of a standalone cluster: {key} {value}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for reason in reasons:
        console.print(reason, markup=False, highlight=False, soft_wrap=True)
    answer = {**asdict(size), **({"gpu": asdict(plan)} if plan else {})}
    on_workers = {"worker_settings": plan.worker_settings} if plan else {}
    write_json({**answer, "settings": settings, **on_workers, "reasons": reasons}, json_to)


def _speeds(results: Path | None, core_rate: float | None, gpu_rate: float | None) -> Speeds | None:
    from vitscale.gpu.scheduling import Speeds
    from vitscale.sizing.gpu_speeds import measured_speeds

    if (core_rate is None) is not (gpu_rate is None):
        raise UsageError("Give --core-images-per-sec and --gpu-images-per-sec together, or --results.")
    if core_rate is not None and gpu_rate is not None:
        return Speeds(core_rate, gpu_rate)
    return measured_speeds(results) if results is not None else None
