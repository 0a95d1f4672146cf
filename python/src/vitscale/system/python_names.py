"""Options of commands in messages, by the names that the Python API gives them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vitscale.errors import UsageError

_ARGUMENTS = {
    "--path-column and --label-column": "columns",
    "--folders-in-order": "folders_in_order=True",
    "--labels": "labels",
    "--all-files": "all_files=True",
}


def in_python(message: str) -> str:
    """Return a message with the arguments of the Python API in place of the options of a command."""
    for option, argument in _ARGUMENTS.items():
        message = message.replace(option, argument)
    return message


@contextmanager
def python_names() -> Iterator[None]:
    """Name arguments in place of options in the usage errors of a ``with`` block."""
    try:
        yield
    except UsageError as error:
        error.args = (in_python(str(error)),)
        raise
