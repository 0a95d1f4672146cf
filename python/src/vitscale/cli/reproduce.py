"""``vitscale reproduce``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import (
    DEFAULT_MODEL,
    Json,
    Model,
    answer_console,
    app,
    exported,
    interrupted,
    say,
    write_json,
)

DEFAULT_FOLDER = Path("results/reproduce")


@app.command()
def reproduce(
    parts: Annotated[
        list[str] | None, typer.Argument(help="Parts to run: sample, full, nodes.", show_default="all")
    ] = None,
    model: Model = DEFAULT_MODEL,
    images: Annotated[
        Path | None, typer.Option(help="Folder of images. Without it the command makes photos.")
    ] = None,
    backend: Annotated[
        list[str] | None,
        typer.Option(
            "--backend",
            "-b",
            help="Backend or set as in `vitscale bench`, instead of all that can run here; the first is the "
            "reference. Repeatable.",
            show_default="all",
        ),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(min=1, help="Number of images, instead of the published 3,544 and 34,745."),
    ] = None,
    forks: Annotated[
        int, typer.Option(min=1, help="Fresh processes of each backend at its best batch size.")
    ] = 3,
    budget: Annotated[
        float | None,
        typer.Option(
            min=1,
            help="Seconds to aim at. A pilot measures the pace, and what does not fit is left out; a slow "
            "machine takes longer.",
            show_default="no limit",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Output folder for results and photos. An existing one resumes its run."
        ),
    ] = DEFAULT_FOLDER,
    json_to: Json = None,
) -> None:
    """Measure the published benchmark again: a sweep on the sample, the full set at the best batch sizes.

    The part `nodes` runs the job on one and on two executors of this machine and estimates more nodes. The
    backends are Hugging Face's pipeline and Spark NLP's TensorFlow engine with oneDNN off and on, as
    published, and beside them Spark NLP's ONNX engine and ViTScale. The report checks the published claims
    that the results can test.
    """
    from vitscale.bench.interrupted import Interrupted
    from vitscale.report.output_format import Format
    from vitscale.report.render import render_report, write_report
    from vitscale.reproduction import PARTS, Request, check_parts
    from vitscale.reproduction import reproduce as run

    request = Request(
        parts=check_parts(parts or []),
        model=exported(model),
        images=images,
        count=count,
        forks=forks,
        budget_seconds=budget,
        folder=output,
        command=("vitscale", *sys.argv[1:]),
        backends=tuple(backend or ()),
    )
    try:
        done = run(request, say)
    except Interrupted as stopped:
        raise interrupted(stopped.kept, "measurement", output, "repeat the command to resume") from None
    # Show parts that were measured earlier, too.
    shown = [request.results(part) for part in PARTS if request.results(part).exists()]
    if shown:
        say(f"report: {write_report(shown, output / 'report.html')}")
        answer_console(json_to).print(render_report(shown, Format.MARKDOWN), markup=False, soft_wrap=True)
    write_json({"results": list(map(str, done.results)), "left_out": done.left_out}, json_to)
    if done.has_errors:
        raise typer.Exit(1)
