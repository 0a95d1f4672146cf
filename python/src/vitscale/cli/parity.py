"""``vitscale parity``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vitscale.cli.app import (
    DEFAULT_MODEL,
    AllFiles,
    Backends,
    Json,
    Model,
    NamedImages,
    Paths,
    answer_console,
    app,
    named_images,
    say,
    write_json,
)
from vitscale.cli.shares import share
from vitscale.errors import ParityError, UsageError

if TYPE_CHECKING:
    from vitscale.results.schema import Parity

DEFAULT_BACKENDS = ["huggingface", "spark-nlp", "vitscale", "onnxruntime"]


@app.command()
def parity(
    paths: Paths = None,
    images: NamedImages = None,
    model: Model = DEFAULT_MODEL,
    backend: Backends = DEFAULT_BACKENDS,
    limit: Annotated[int, typer.Option(min=1, help="Number of images to compare: the first N.")] = 32,
    min_top1: Annotated[
        str,
        typer.Option(
            help="Smallest share of equal first labels, e.g. 99% or 0.99. Below it the command fails."
        ),
    ] = "0%",
    max_logit_difference: Annotated[
        float, typer.Option(min=0, help="Largest difference of two logits. Above it the command fails.")
    ] = float("inf"),
    all_files: AllFiles = False,
    json_to: Json = None,
) -> None:
    """Compare the results of backends: top-1 agreement, largest differences of logits and pixels.

    Exit status: 0 they agree, 2 usage, 3 they disagree beyond the limits, a backend failed, or fewer images
    were compared than requested.
    """
    from vitscale.bench.parity_and_stages import compare_backends, refuse_incomplete
    from vitscale.bench.plan import Settings, make_plan
    from vitscale.parity.compare import distinct
    from vitscale.report.terminal import print_parity

    smallest = share(min_top1, "--min-top1")
    plan = make_plan(
        images=named_images(paths, images),
        model=model,
        backends=backend,
        batch_sizes=[8],
        output=Path(os.devnull),  # a comparison is no results file
        settings=Settings(parity_images=limit),
        limit=limit,
        all_files=all_files,
        say=say,
    )
    if len(plan.backends) < 2:  # noqa: PLR2004
        raise UsageError("A comparison needs at least two different backends; give --backend twice.")
    if plan.images.listed > limit:
        say(f"comparing the first {limit} of {plan.images.listed} images; --limit N compares more")
    for remark in plan.images.remarks():
        say(remark)
    for failed in plan.undecodable:
        say(f"{failed.file} cannot be decoded: {failed.reason}")
    rows = compare_backends(plan, say)
    print_parity(rows, answer_console(json_to), random_weights=plan.model.weights == "random")
    write_json(rows, json_to)
    _judge(rows, smallest, max_logit_difference)
    refuse_incomplete(rows, len(distinct(plan.backends)))


def _judge(rows: list[Parity], min_top1: float, max_logit_difference: float) -> None:
    for row in rows:
        if row["top1_agreement"] < min_top1 or row["max_logit_difference"] > max_logit_difference:
            raise ParityError(
                f"{row['backend']} and {row['reference']} disagree: top-1 agreement "
                f"{row['top1_agreement']:.1%} (expected at least {min_top1:.1%}), largest logit "
                f"difference {row['max_logit_difference']:.2g} (expected at most {max_logit_difference:.2g})."
            )
