"""``vitscale bench``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import (
    DEFAULT_IMAGES,
    DEFAULT_MODEL,
    INTERRUPTED,
    Backends,
    Images,
    Json,
    Limit,
    Model,
    answer_console,
    app,
    say,
    write_json,
)
from vitscale.errors import UsageError

DEFAULT_RESULTS = Path("results/bench.json")
DEFAULT_BACKENDS = ["huggingface", "spark-nlp", "spark-nlp:bridge=py4j", "vitscale", "onnxruntime"]


@app.command()
def bench(
    images: Images = DEFAULT_IMAGES,
    model: Model = DEFAULT_MODEL,
    backend: Backends = DEFAULT_BACKENDS,
    batch_size: Annotated[str, typer.Option(help="Batch sizes to try, e.g. 1,4,8.")] = "1,4,8",
    iterations: Annotated[int, typer.Option(min=1, help="Measured passes over all images.")] = 2,
    warmup_images: Annotated[int, typer.Option(min=1, help="Images of the pass before them.")] = 8,
    parity_images: Annotated[int, typer.Option(min=0, help="Images to compare backends on.")] = 16,
    limit: Limit = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Results file.")] = DEFAULT_RESULTS,
    report: Annotated[Path | None, typer.Option(help="Also write an HTML report.")] = None,
    json_to: Json = None,
) -> None:
    """Measure backends side by side: images per second by batch size, the best batch, and agreement."""
    from vitscale.bench.results import load_results
    from vitscale.bench.runner import make_plan, run_plan
    from vitscale.report import write_report
    from vitscale.report.terminal import print_summary

    plan = make_plan(
        images=images,
        model=model,
        backends=backend,
        batch_sizes=_batch_sizes(batch_size),
        output=output,
        iterations=iterations,
        warmup_images=warmup_images,
        parity_images=parity_images,
        limit=limit,
    )
    say(f"{len(plan.images.files)} images, model {plan.model.name} with {plan.model.weights} weights")
    for failed in plan.undecodable:
        say(f"{failed.file} cannot be decoded: {failed.reason}")
    try:
        results = run_plan(plan, ["vitscale", *sys.argv[1:]], say)
    except KeyboardInterrupt:
        say(f"interrupted; what was measured so far is in {output}")
        raise typer.Exit(INTERRUPTED) from None
    print_summary(load_results(output), answer_console(json_to))
    say(f"results: {output}")
    if report:
        write_report(output, report)
        say(f"report: {report}")
    write_json(results, json_to)
    if any(row["error"] for row in results["benchmarks"]):
        raise typer.Exit(1)


def _batch_sizes(text: str) -> list[int]:
    sizes = [part.strip() for part in text.split(",")]
    if not all(size.isdecimal() and int(size) >= 1 for size in sizes):
        raise UsageError(f"--batch-size is {text!r}; expected whole numbers of at least 1, e.g. 1,4,8.")
    return [int(size) for size in sizes]
