"""``vitscale compare``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import Json, answer_console, app, write_json
from vitscale.errors import ParityError, RegressionError, UnstableError


class Format(StrEnum):
    """How a comparison is printed."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="Results before.")],
    new: Annotated[Path, typer.Argument(help="Results after.")],
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Share of images per second that a cell may lose.")
    ] = 0.05,
    force: Annotated[
        bool, typer.Option("--force", help="Compare although machine, model or images differ.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="How to print it on stdout.")] = Format.TABLE,
    json_to: Json = None,
) -> None:
    """Compare two results cell by cell.

    Exit status 1 where a cell became slower beyond the threshold and beyond noise, or fails now; 3 where a
    backend's answers agree less than they did; 4 where a cell lost more than the threshold in too few forks
    to be sure.
    """
    from vitscale.report.compare import (
        compare_results,
        conclusion,
        csv_changes,
        markdown_changes,
        print_changes,
    )
    from vitscale.results.document import load_results

    outcome = compare_results(load_results(old), load_results(new), threshold, force=force)
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
