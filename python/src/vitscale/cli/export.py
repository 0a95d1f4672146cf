"""``vitscale export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from vitscale.cli.app import DEFAULT_MODEL, app, say
from vitscale.errors import UsageError
from vitscale.models.defaults import DEFAULT_CHECKPOINT
from vitscale.models.export.target import Place
from vitscale.models.export.variant import Variant
from vitscale.models.manifest import Engine


@app.command()
def export(
    model: Annotated[str, typer.Argument(help="Hub name or local Hugging Face folder.")] = DEFAULT_CHECKPOINT,
    output: Annotated[Path, typer.Option("--output", "-o", help="Model folder to write.")] = DEFAULT_MODEL,
    engine: Annotated[
        str, typer.Option("--format", help="onnx, or tensorflow: a SavedModel for Spark NLP's other engine.")
    ] = "onnx",
    precision: Annotated[str, typer.Option(help="fp32, fp16 (for GPUs), int8 or int8-static.")] = "fp32",
    input_type: Annotated[
        str, typer.Option("--input", help="float32, or uint8: scaling in the graph.")
    ] = "float32",
    token_merging: Annotated[int, typer.Option(help="Pairs of tokens merged in each layer; lossy.")] = 0,
    images: Annotated[
        Path | None, typer.Option(help="Images to calibrate and to measure a lossy variant with.")
    ] = None,
    force: Annotated[
        bool, typer.Option(help="Write a lower precision even below 99 % of fp32's top-1.")
    ] = False,
    allow_random_weights: Annotated[
        bool,
        typer.Option(
            "--allow-random-weights",
            help="Use seeded random weights where the hub does not answer, to measure speed: the labels mean "
            "nothing then.",
        ),
    ] = False,
) -> None:
    """Export a Vision Transformer in the layout that Spark NLP and ViTScale load.

    TensorFlow comes into an environment of its own, which is set up at the first export: 300 MB to fetch,
    1.3 GB on disk, some minutes.
    """
    # What cannot be is refused before torch is loaded, which takes seconds.
    Place(_engine(engine), Variant(precision, input_type, token_merging))
    from vitscale.models.export.run import export as run_export

    done = run_export(
        model,
        output,
        precision,
        progress=say,
        engine=_engine(engine),
        input_type=input_type,
        token_merging=token_merging,
        images=images,
        force=force,
        allow_random_weights=allow_random_weights,
    )
    say(
        f"{done.graph_path}: {done.weights} weights, largest logit difference {done.max_logit_difference:.2e}"
    )
    if done.weights == "random":
        say(
            "warning: the weights are random, so the labels mean nothing; use this model to measure speed "
            "alone"
        )
    if done.cost:
        say(f"{done.cost['top1_agreement']:.1%} of {done.cost['images']} images keep fp32's first label")


def _engine(text: str) -> Engine:
    if text not in get_args(Engine):
        raise UsageError(f"--format is {text!r}; expected {' or '.join(get_args(Engine))}.")
    return cast(Engine, text)
