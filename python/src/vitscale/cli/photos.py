"""``vitscale photos``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import DEFAULT_IMAGES, app, say


@app.command()
def photos(
    output: Annotated[Path, typer.Option("--output", "-o", help="Output folder.")] = DEFAULT_IMAGES,
    count: Annotated[int, typer.Option(min=1, help="Number of photos to make.")] = 24,
    seed: Annotated[
        int, typer.Option(help="Seed of the random crops and colours. Another seed makes other photos.")
    ] = 0,
) -> None:
    """Make any number of distinct JPEG photos, in the sizes of ImageNet, from eight real photos."""
    from vitscale.images.photos import make_photos

    make_photos(output, count, seed, progress=say)
    say(f"{count} photos in {output}")
