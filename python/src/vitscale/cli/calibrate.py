"""``vitscale calibrate``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from vitscale.cli.app import DEFAULT_IMAGES, MODEL_HELP, Images, Json, app, exported, say, write_json


@app.command()
def calibrate(
    model: Annotated[str, typer.Argument(help=MODEL_HELP)],
    images: Images = DEFAULT_IMAGES,
    count: Annotated[
        int,
        typer.Option(
            min=1, help="Images to use. Half of them give the scales, the others measure what int8 costs."
        ),
    ] = 256,
    force: Annotated[
        bool, typer.Option("--force", help="Write the scales even if fewer than 99 % of the labels stay.")
    ] = False,
    json_to: Json = None,
) -> None:
    """Prepare a model for int8 on oneDNN: measure its activations on images, and what int8 costs.

    The scales are written to MODEL/onednn/int8/scales.json. Use them with --precision int8. The processor
    needs VNNI. Exit status: 0 written, 1 the model loses too many labels, 2 usage.
    """
    from vitscale.models.calibration import calibrate as run

    done = run(exported(model), images, count=count, force=force)
    kept = "all blocks in int8" if not done.exact_blocks else _left(done.exact_blocks, done.blocks)
    say(f"{done.file}: {'smoothed' if done.smoothed else 'not smoothed'}, {kept}")
    say(f"{done.agreement:.1%} of {done.checks} images keep fp32's first label")
    if done.accuracy is not None:
        say(
            f"accuracy on {done.labelled} labelled images: int8 {done.accuracy:.1%}, "
            f"fp32 {done.fp32_accuracy:.1%}"
        )
    write_json({**asdict(done), "file": str(done.file)}, json_to)


def _left(exact: tuple[int, ...], blocks: int) -> str:
    names = ", ".join(map(str, exact))
    return f"{blocks - len(exact)} of {blocks} blocks in int8 (without: {names})"
