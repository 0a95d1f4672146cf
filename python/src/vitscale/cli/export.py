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
from vitscale.system.model_files import Engine

DEFAULT_OUTPUT = Path(DEFAULT_MODEL)


@app.command()
def export(
    model: Annotated[
        str, typer.Argument(help="Hugging Face hub name, or local folder of a checkpoint.")
    ] = DEFAULT_CHECKPOINT,
    output: Annotated[Path, typer.Option("--output", "-o", help="Model folder to write.")] = DEFAULT_OUTPUT,
    engine: Annotated[
        str,
        typer.Option("--format", help="onnx, or tensorflow: a SavedModel for Spark NLP's TensorFlow engine."),
    ] = "onnx",
    precision: Annotated[
        str,
        typer.Option(
            help="Precision of the weights: fp32, fp16 (for GPUs), int8, or int8-static (for OpenVINO)."
        ),
    ] = "fp32",
    input_type: Annotated[
        str,
        typer.Option(
            "--input",
            help="Type of the graph's input: float32, or uint8, which moves the scaling into the graph.",
        ),
    ] = "float32",
    token_merging: Annotated[
        int,
        typer.Option(
            help="Pairs of tokens to merge in each layer (ToMe). Above 0 it is faster and changes labels."
        ),
    ] = 0,
    images: Annotated[
        Path | None,
        typer.Option(help="Folder of images to calibrate int8 and to measure the loss of a variant."),
    ] = None,
    force: Annotated[
        bool, typer.Option(help="Write the variant even if it keeps less than 99 % of fp32's first labels.")
    ] = False,
    allow_random_weights: Annotated[
        bool,
        typer.Option(
            "--allow-random-weights",
            help="Use seeded random weights if the hub does not answer. For measuring speed only: the labels "
            "mean nothing.",
        ),
    ] = False,
) -> None:
    """Export an image classifier in the layout that ViTScale loads, and Spark NLP if it is a ViT.

    The first export to TensorFlow sets up an environment of its own: it downloads 300 MB, takes 1.3 GB on
    disk, and needs some minutes.
    """
    # Refuse impossible variants before torch is loaded, which takes seconds.
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
        say("warning: random weights, so the labels mean nothing; use this model only to measure speed")
    if done.cost:
        say(f"{done.cost['top1_agreement']:.1%} of {done.cost['images']} images keep fp32's first label")


def _engine(text: str) -> Engine:
    if text not in get_args(Engine):
        raise UsageError(f"--format is {text!r}; expected {' or '.join(get_args(Engine))}.")
    return cast(Engine, text)
