"""The command line, one module for each command: it reads arguments, calls the package and prints."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import NoReturn

from rich.markup import escape

from vitscale.cli import (
    archive_classes,
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
from vitscale.errors import UsageError, VitscaleError
from vitscale.system.extras import naming_extras
from vitscale.system.user import existing_home, home_folder

__all__ = [
    "app",
    "archive_classes",
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


_FULL = (errno.ENOSPC, errno.EDQUOT)


def main() -> None:
    """Run a command; an expected error prints one message and sets the exit status, without a stack trace."""
    _open_closed_streams()
    _escape_unknown_characters()
    if existing_home() is None:
        os.environ["HOME"] = str(home_folder())  # else libraries write to a folder named ~
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    try:
        _require_working_directory()
        with naming_extras(command):
            app()
    except VitscaleError as error:
        _fail(str(error), error.exit_code)
    except OSError as error:
        if error.filename is None and error.errno not in _FULL:
            raise  # the system did not say which file; the trace does
        _fail(_refused(error), VitscaleError.exit_code)


def _require_working_directory() -> None:
    """Raise an error if the working directory was deleted: no relative path is valid, and no JVM starts.

    Raises
    ------
    UsageError
        If it was deleted, or a folder above it may not be searched.
    """
    try:
        os.getcwd()  # noqa: PTH109
    except OSError as error:
        raise UsageError(
            f"The working directory cannot be found ({error.strerror}); it was deleted or replaced. "
            "Change to an existing folder, e.g. with cd, and repeat the command."
        ) from error


def _open_closed_streams() -> None:
    """Open the standard streams that the caller closed (``>&-``): else a later file gets their number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number
            os.set_inheritable(number, True)
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115 - for the whole process
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115


def _escape_unknown_characters() -> None:
    """Let output show characters that its encoding lacks as escapes, e.g. accents in ASCII."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")  # as Python's own standard error has it


def _fail(message: str, exit_code: int) -> NoReturn:
    progress.print(f"[bold red]error:[/] {escape(message)}")
    sys.exit(exit_code)


def _refused(error: OSError) -> str:
    """Return what the system refused, and what to check."""
    where = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
    if error.errno in _FULL:
        return f"{where}{error.strerror}. Free disk space, or choose another folder."
    return f"{where}{error.strerror}. Check the path, its permissions and those of the folders above it."
