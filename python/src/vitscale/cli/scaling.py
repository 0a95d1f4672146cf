"""``vitscale scaling``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import (
    DEFAULT_IMAGES,
    DEFAULT_MODEL,
    Images,
    Json,
    Model,
    answer_console,
    app,
    exported,
    interrupted,
    say,
    writable,
    write_json,
)
from vitscale.cli.job_options import Precision

DEFAULT_SCALING = Path("results/scaling.json")


@app.command()
def scaling(
    images: Images = DEFAULT_IMAGES,
    model: Model = DEFAULT_MODEL,
    precision: Precision = "fp32",
    rounds: Annotated[
        int, typer.Option(min=1, help="Number of rounds; each runs one and two executors.")
    ] = 5,
    listed_files: Annotated[
        int, typer.Option(min=1, help="Number of small files for measuring the listing.")
    ] = 1_000_000,
    memory: Annotated[str, typer.Option(help="Heap of each executor, e.g. 1g.")] = "1g",
    seed: Annotated[int, typer.Option(help="Seed of the random order of the runs.")] = 0,
    output: Annotated[
        Path, typer.Option("--output", "-o", callback=writable, help="Results file.")
    ] = DEFAULT_SCALING,
    json_to: Json = None,
) -> None:
    """Measure how the job scales: one against two executors of one core each, for `vitscale simulate`.

    As a control the command also runs the engine without Spark in one and in two processes. Exit status: 0
    done, 1 if the parallel efficiency of two executors is below 95 %.
    """
    from vitscale.bench.interrupted import Interrupted
    from vitscale.images.image_set import find_images
    from vitscale.models.folder import ModelFolder
    from vitscale.report.scaling.words import efficiency_lines
    from vitscale.scaling.benchmark import LEAST_EFFICIENCY, Setup
    from vitscale.scaling.measure import measure
    from vitscale.scaling.results import efficiency

    found = find_images(images)
    for remark in found.remarks():
        say(remark)
    setup = Setup(found, ModelFolder.open_for(exported(model, precision), precision, "auto"), memory)
    command = ["vitscale", *sys.argv[1:]]
    try:
        measured = measure(setup, command, output, say, rounds=rounds, listed_files=listed_files, seed=seed)
    except Interrupted as stopped:
        raise interrupted(stopped.kept, "round", output) from None
    console = answer_console(json_to)
    for line in efficiency_lines(measured):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    say(f"results: {output}")
    write_json(measured, json_to)
    if efficiency(measured, "job").median < LEAST_EFFICIENCY:
        raise typer.Exit(1)
