"""``vitscale report``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import app, say, writable
from vitscale.report.output_format import Format

_DEFAULT = Path("results/report.html")
_STDOUT = Path("-")


@app.command()
def report(
    results: Annotated[
        list[Path],
        typer.Argument(help="Results files of one machine or several, or profiles of `vitscale tune`."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            callback=writable,
            help="Output file; its suffix sets the format: .html, .md, .csv or .svg. - is stdout.",
            show_default=f"{_DEFAULT}, or stdout for Markdown, CSV and SVG",
        ),
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Format, if the suffix of --output does not set it.")
    ] = None,
) -> None:
    """Write a report: one HTML file that needs no network, Markdown, raw values as CSV, or an SVG chart."""
    from vitscale.report.render import encoded, render_report, write_report

    if output is None:
        output = _DEFAULT if form in (None, Format.HTML) else _STDOUT
    if output == _STDOUT:
        sys.stdout.buffer.write(encoded(render_report(results, form or Format.MARKDOWN)))
    else:
        say(f"report: {write_report(results, output, form)}")
