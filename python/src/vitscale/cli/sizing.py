"""``vitscale sizing``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from vitscale.cli.app import DEFAULT_MODEL, Json, Model, answer_console, app, write_json


@app.command()
def sizing(
    model: Model = DEFAULT_MODEL,
    precision: Annotated[str, typer.Option(help="Which of the model's ONNX graphs.")] = "fp32",
    batch_size: Annotated[int, typer.Option(min=1, help="Images of one forward pass.")] = 2,
    cores: Annotated[int, typer.Option(min=1, help="Cores of an executor.")] = 1,
    task_cpus: Annotated[int, typer.Option(min=1, help="Cores of a task.")] = 1,
    json_to: Json = None,
) -> None:
    """Derive an executor's memory and threads from a model, as settings for spark-submit, and say why."""
    from vitscale.sizing import Footprint, size_executor

    footprint = Footprint.read(model, precision)
    size = size_executor(footprint, batch_size=batch_size, cores=cores, task_cpus=task_cpus)
    console = answer_console(json_to)
    for key, value in size.settings.items():
        console.print(f"--conf {key}={value}", markup=False, highlight=False, soft_wrap=True)
    for reason in size.reasons:
        console.print(reason, markup=False, highlight=False, soft_wrap=True)
    write_json({**asdict(size), "settings": size.settings}, json_to)
