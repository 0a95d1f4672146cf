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
    say,
    write_json,
)

DEFAULT_SCALING = Path("results/scaling.json")


@app.command()
def scaling(
    images: Images = DEFAULT_IMAGES,
    model: Model = DEFAULT_MODEL,
    precision: Annotated[str, typer.Option(help="Which of the model's ONNX graphs.")] = "fp32",
    rounds: Annotated[int, typer.Option(min=1, help="Runs on one and on two executors each.")] = 5,
    listed_files: Annotated[int, typer.Option(min=1, help="Small files to list.")] = 1_000_000,
    memory: Annotated[str, typer.Option(help="Heap of an executor.")] = "1g",
    seed: Annotated[int, typer.Option(help="Of the order.")] = 0,
    output: Annotated[Path, typer.Option("--output", "-o", help="Results file.")] = DEFAULT_SCALING,
    json_to: Json = None,
) -> None:
    """Measure the job on one and on two executors of one core each, and what a simulation needs to know.

    Exit status 1 if two executors give less than 95 % of twice the speed of one.
    """
    from vitscale.files import check_writable
    from vitscale.images import find_images
    from vitscale.models.folder import ModelFolder
    from vitscale.scaling import probes
    from vitscale.scaling.benchmark import LEAST_EFFICIENCY, run_rounds
    from vitscale.scaling.results import document, efficiency, write

    check_writable(output)
    found, opened = find_images(images), ModelFolder.open(model, precision)
    options = ["--images", str(found.root), "--model", str(opened.path.resolve()), "--precision", precision]
    pairs = run_rounds(options, rounds, seed, say, memory)
    measured = document(
        ["vitscale", *sys.argv[1:]],
        opened,
        found,
        pairs,
        listing=probes.probe_listing(model, listed_files, say),
        megapixels=probes.megapixels(found),
        decode_seconds_per_megapixel=probes.probe_decoding(found.paths[0]),
        dispatch_seconds=probes.probe_dispatch(),
    )
    write(measured, output)
    console = answer_console(json_to)
    for name, what in (("job", "the job"), ("command", "the whole command"), ("cores", "the cores alone")):
        one = efficiency(measured, name)
        ends = f" ({one.ci['low']:.3f} to {one.ci['high']:.3f})" if one.ci else ""
        console.print(f"efficiency of two executors, {what}: {one.median:.3f}{ends}", highlight=False)
    say(f"results: {output}")
    write_json(measured, json_to)
    if efficiency(measured, "job").median < LEAST_EFFICIENCY:
        raise typer.Exit(1)
