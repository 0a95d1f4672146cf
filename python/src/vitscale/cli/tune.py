"""``vitscale tune``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from vitscale.cli.app import (
    DEFAULT_IMAGES,
    MODEL_HELP,
    Images,
    Json,
    answer_console,
    app,
    exported,
    say,
    writable,
    write_json,
)
from vitscale.cli.shares import LOSS_HELP, share_lost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitscale.tuning.loss import Loss
    from vitscale.tuning.tune import Measured

DEFAULT_PROFILE = Path("profile.json")


@app.command()
def tune(
    model: Annotated[str, typer.Argument(help=MODEL_HELP)],
    images: Images = DEFAULT_IMAGES,
    max_loss: Annotated[
        str,
        typer.Option(help=f"Largest loss of accuracy, or of labels where images have none: {LOSS_HELP}."),
    ] = "0.5%",
    count: Annotated[int, typer.Option(min=1, help="Images that the loss is measured with.")] = 256,
    minutes: Annotated[
        float, typer.Option(min=0.1, help="Minutes to measure speed; loading and the loss come on top.")
    ] = 5.0,
    output: Annotated[
        Path, typer.Option("--output", "-o", callback=writable, help="Profile to write.")
    ] = DEFAULT_PROFILE,
    json_to: Json = None,
) -> None:
    """Find the fastest settings for a model on this machine within a loss, and write them to a profile.

    It tries runtimes, precisions, merging of tokens, batch sizes and threads on the processor. `classify` and
    `bench` take the profile with --profile. Let nothing else run meanwhile.
    """
    from vitscale.tuning.tune import tune as search

    largest = share_lost(max_loss, "--max-loss")
    say(f"largest loss allowed: {100 * largest:g}%")
    profile, measured = search(
        exported(model), images, max_loss=largest, count=count, minutes=minutes, say=say
    )
    profile.write(output)
    answer_console(json_to).print(_table(measured, largest))
    threads = f", {profile.threads} threads" if profile.threads else ""
    say(
        f"{output}: {profile.runtime} {profile.precision}, batch size {profile.batch_size}{threads}. Use it: "
        f"vitscale classify --profile {output}. Speed against loss as a page: vitscale report {output}"
    )
    write_json(asdict(profile), json_to)


def _table(measured: Sequence[Measured], largest: float) -> Table:
    table = Table("runtime", "precision", "batch", "images/s", f"loss of {measured[0].loss.kind}", "allowed")
    for one in measured:
        speed = one.speed
        ends = "" if speed.low is None else f" ({speed.low:.1f} to {speed.high:.1f})"
        table.add_row(
            one.candidate.runtime,
            one.candidate.precision,
            str(one.setting.batch_size),
            f"{speed.median:.1f}{ends}",
            _loss(one.loss),
            "yes" if one.loss.value <= largest else "no",
        )
    return table


def _loss(loss: Loss) -> str:
    return f"{loss.value:.2%} ({loss.low:.2%} to {loss.high:.2%})"
