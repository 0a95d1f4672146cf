"""The arguments of the classifier, checked before the JVM gets them."""

from __future__ import annotations

import operator
import os
from pathlib import Path

from vitscale.errors import UsageError

_LARGEST_INT = 2**31 - 1
"""Of the JVM; py4j finds no method for a larger one."""


def folder_of(images: object) -> Path | None:
    """Return the folder that was given; none if something else was."""
    if not isinstance(images, str | os.PathLike) or not os.fspath(images):
        return None
    try:
        return Path(os.fsdecode(images)) if os.path.isdir(images) else None  # noqa: PTH112
    except (OSError, ValueError):
        return None


def whole_number(name: str, value: object) -> int:
    """Return a whole number that the JVM can hold.

    Raises
    ------
    UsageError
        If it is none; the message has the name of the argument.
    """
    try:
        return min(operator.index(value), _LARGEST_INT)  # type: ignore[arg-type]
    except TypeError as error:
        raise UsageError(f"{name} is {value!r}; it must be a whole number.") from error
