"""The command line, one module for each command: it reads arguments, calls the package and prints."""

from __future__ import annotations

import os
import sys

from rich.markup import escape

from vitscale.cli import (
    bench,
    calibrate,
    check,
    classify,
    cluster,
    compare,
    env,
    evaluate,
    export,
    jars,
    models,
    parity,
    photos,
    report,
    reproduce,
    scaling,
    simulate,
    sizing,
    tune,
)
from vitscale.cli.app import app, progress
from vitscale.errors import VitscaleError
from vitscale.system.extras import naming_extras
from vitscale.system.user import existing_home, home_folder

__all__ = [
    "app",
    "bench",
    "calibrate",
    "check",
    "classify",
    "cluster",
    "compare",
    "env",
    "evaluate",
    "export",
    "jars",
    "main",
    "models",
    "parity",
    "photos",
    "report",
    "reproduce",
    "scaling",
    "simulate",
    "sizing",
    "tune",
]


def main() -> None:
    """Run a command; an expected error prints one message and sets the exit status, without a stack trace."""
    if existing_home() is None:
        os.environ["HOME"] = str(home_folder())  # else libraries write to a folder named ~
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    try:
        with naming_extras(command):
            app()
    except VitscaleError as error:
        progress.print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(error.exit_code)
