"""``vitscale reproduce``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import DEFAULT_MODEL, INTERRUPTED, Json, Model, answer_console, app, say, write_json

DEFAULT_FOLDER = Path("results/reproduce")


@app.command()
def reproduce(
    parts: Annotated[
        list[str] | None, typer.Argument(help="sample, full, nodes, or several.", show_default="all")
    ] = None,
    model: Model = DEFAULT_MODEL,
    images: Annotated[
        Path | None, typer.Option(help="Folder of images, instead of photos that are made.")
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(min=1, help="Images, instead of the published 3,544 and 34,745; said in the results."),
    ] = None,
    forks: Annotated[
        int, typer.Option(min=1, help="Fresh processes of each backend at its best batch size.")
    ] = 3,
    budget: Annotated[
        float | None, typer.Option(min=1, help="Seconds that all may take; what does not fit is left out.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for results and made photos.")
    ] = DEFAULT_FOLDER,
    json_to: Json = None,
) -> None:
    """Measure the published benchmark again: a sweep on the sample, the full set at the best batch sizes.

    Then the job on one and on two executors of this machine (nodes), with an estimate for more of them.
    Hugging Face's pipeline and Spark NLP's TensorFlow engine with oneDNN off and on, as published; Spark
    NLP's ONNX engine and ViTScale beside them. It ends with the published claims, each checked.
    """
    from vitscale.report.output_format import Format
    from vitscale.report.render import render_report, write_report
    from vitscale.reproduction import PARTS, Request, check_parts
    from vitscale.reproduction import reproduce as run

    request = Request(
        parts=check_parts(parts or []),
        model=model,
        images=images,
        count=count,
        forks=forks,
        budget_seconds=budget,
        folder=output,
        command=("vitscale", *sys.argv[1:]),
    )
    try:
        done = run(request, say)
    except KeyboardInterrupt:
        say(f"interrupted; what was measured is in {output}, and the same command goes on from there")
        raise typer.Exit(INTERRUPTED) from None
    # Parts that were measured before stand beside those of now.
    shown = [request.results(part) for part in PARTS if request.results(part).exists()]
    if shown:
        say(f"report: {write_report(shown, output / 'report.html')}")
        answer_console(json_to).print(render_report(shown, Format.MARKDOWN), markup=False, soft_wrap=True)
    write_json({"results": list(map(str, done.results)), "left_out": done.left_out}, json_to)
    if done.has_errors:
        raise typer.Exit(1)
