"""``vitscale sizing``."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vitscale.cli.app import DEFAULT_MODEL, Json, Model, answer_console, app, write_json
from vitscale.errors import UsageError

if TYPE_CHECKING:
    from vitscale.gpu.scheduling import Speeds


@app.command()
def sizing(
    model: Model = DEFAULT_MODEL,
    precision: Annotated[str, typer.Option(help="Which of the model's ONNX graphs.")] = "fp32",
    batch_size: Annotated[int, typer.Option(min=1, help="Images of one forward pass.")] = 2,
    cores: Annotated[
        int, typer.Option(min=1, help="Cores of an executor; with --gpus-per-node, of a machine.")
    ] = 1,
    task_cpus: Annotated[
        int | None, typer.Option(min=1, help="Cores of a task; with GPUs they are derived.", show_default="1")
    ] = None,
    gpus_per_node: Annotated[
        int | None, typer.Option(min=1, help="GPUs of a machine; derives executors and tasks from it.")
    ] = None,
    gpus_per_executor: Annotated[int, typer.Option(min=1, help="GPUs of an executor.")] = 1,
    tasks_per_gpu: Annotated[int, typer.Option(min=1, help="Tasks that share a GPU.")] = 2,
    results: Annotated[
        Path | None, typer.Option(help="Results measured on such a GPU, for the two speeds below.")
    ] = None,
    core_images_per_sec: Annotated[
        float | None, typer.Option(help="Images that one core decodes and resizes in a second.")
    ] = None,
    gpu_images_per_sec: Annotated[
        float | None, typer.Option(help="Images that the model alone classifies in a second on one GPU.")
    ] = None,
    json_to: Json = None,
) -> None:
    """Derive an executor's memory and threads from a model, cores and tasks from its GPUs, and say why.

    Answers in settings for spark-submit.
    """
    from vitscale.gpu.scheduling import HOST_MEMORY, plan_gpus
    from vitscale.sizing.executor import Footprint, size_executor

    footprint = Footprint.read(model, precision)
    plan = None
    if gpus_per_node is not None:
        if task_cpus is not None:
            raise UsageError("With --gpus-per-node the cores of a task are derived: leave --task-cpus out.")
        plan = plan_gpus(
            cores_per_node=cores,
            gpus_per_node=gpus_per_node,
            gpus_per_executor=gpus_per_executor,
            tasks_per_gpu=tasks_per_gpu,
            speeds=_speeds(results, core_images_per_sec, gpu_images_per_sec),
        )
        cores, task_cpus = plan.cores_per_executor, plan.task_cpus
        footprint = replace(footprint, activations=0)  # results of layers lie on the GPU
    size = size_executor(footprint, batch_size=batch_size, cores=cores, task_cpus=task_cpus or 1)
    settings = {**size.settings, **(plan.settings if plan else {})}
    reasons = [*plan.reasons, *size.reasons[1:], HOST_MEMORY] if plan else [*size.reasons]
    console = answer_console(json_to)
    for key, value in settings.items():
        console.print(f"--conf {key}={value}", markup=False, highlight=False, soft_wrap=True)
    for key, value in plan.worker_settings.items() if plan else ():
        line = f"in spark-defaults.conf of a standalone cluster's workers: {key} {value}"
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
