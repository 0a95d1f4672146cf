"""``vitscale export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import DEFAULT_MODEL, app, say
from vitscale.models.names import DEFAULT_CHECKPOINT


@app.command()
def export(
    model: Annotated[str, typer.Argument(help="Hub name or local Hugging Face folder.")] = DEFAULT_CHECKPOINT,
    output: Annotated[Path, typer.Option("--output", "-o", help="Model folder to write.")] = DEFAULT_MODEL,
    precision: Annotated[str, typer.Option(help="fp32, int8 or int8-static.")] = "fp32",
    input_type: Annotated[
        str, typer.Option("--input", help="float32, or uint8: scaling in the graph.")
    ] = "float32",
    token_merging: Annotated[int, typer.Option(help="Pairs of tokens merged in each layer; lossy.")] = 0,
    images: Annotated[
        Path | None, typer.Option(help="Images to calibrate and to measure a lossy variant with.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Write int8 even below 99 % of fp32's top-1.")] = False,
) -> None:
    """Export a Vision Transformer to ONNX, in the layout that Spark NLP and ViTScale load."""
    from vitscale.models.export import export as run_export

    done = run_export(
        model,
        output,
        precision,
        progress=say,
        input_type=input_type,
        token_merging=token_merging,
        images=images,
        force=force,
    )
    say(f"{done.onnx_path}: {done.weights} weights, largest logit difference {done.max_logit_difference:.2e}")
    if done.cost:
        say(f"{done.cost['top1_agreement']:.1%} of {done.cost['images']} images keep fp32's first label")
