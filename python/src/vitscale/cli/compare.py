"""``vitscale compare``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import Json, answer_console, app, write_json
from vitscale.cli.shares import share
from vitscale.errors import ParityError, RegressionError, UnstableError


class Format(StrEnum):
    """Output format of a comparison."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="Results file before the change.")],
    new: Annotated[Path, typer.Argument(help="Results file after the change.")],
    threshold: Annotated[
        str,
        typer.Option(help="Largest loss of images per second that passes: P% or a share, e.g. 5% or 0.05."),
    ] = "5%",
    force: Annotated[
        bool, typer.Option("--force", help="Compare even if machine, model or images differ.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="Output format on stdout.")] = Format.TABLE,
    json_to: Json = None,
) -> None:
    """Compare two results files, benchmark by benchmark.

    Exit status: 0 no regression; 1 a benchmark is slower beyond the threshold and the noise, or fails now; 3
    the labels of a backend agree less than before; 4 a benchmark lost more than the threshold, with too few
    forks to be sure.
    """
    from vitscale.report.compare import (
        compare_results,
        conclusion,
        csv_changes,
        markdown_changes,
        print_changes,
    )
    from vitscale.results.document import load_results

    largest = share(threshold, "--threshold")
    outcome = compare_results(load_results(old), load_results(new), largest, force=force)
    console = answer_console(json_to)
    if form is Format.TABLE:
        print_changes(outcome, console)
    else:
        text = markdown_changes(outcome) if form is Format.MARKDOWN else csv_changes(outcome)
        console.file.write(text)
    write_json(outcome.as_json(), json_to)
    said = conclusion(outcome)
    if outcome.regressions:
        raise RegressionError(said)
    if outcome.disagreements:
        raise ParityError(said)
    if outcome.doubts:
        raise UnstableError(said)
