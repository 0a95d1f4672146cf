"""``vitscale report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import app, say


@app.command()
def report(
    results: Annotated[list[Path], typer.Argument(help="Results files.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="HTML file.")] = Path("results/report.html"),
) -> None:
    """Draw results as one HTML file that needs no network."""
    from vitscale.report import write_report

    say(f"report: {write_report(results, output)}")
