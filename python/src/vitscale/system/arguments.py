"""Arguments of the Python API, checked before the JVM gets them."""

from __future__ import annotations

import math
import operator
import os
import reprlib
from collections.abc import Iterable, Sequence
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


def path_text(name: str, value: object, forms: str = "a text or a path") -> str:
    """Return a text or a path as text.

    Raises
    ------
    UsageError
        If it is neither, or empty; the message has the name of the argument and its forms.
    """
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        raise UsageError(f"{name} is {shown(value)}; it must be {forms}.")
    return os.fsdecode(value)


def text(name: str, value: object) -> str:
    """Return a text, for which py4j finds a method of the JVM.

    Raises
    ------
    UsageError
        If it is none; the message has the name of the argument.
    """
    if not isinstance(value, str):
        raise UsageError(f"{name} is {shown(value)}; it must be a text.")
    return value


def several(name: str, value: object, forms: str) -> list[object]:
    """Return the things of an argument that takes one text or path, or several.

    Raises
    ------
    UsageError
        If there is none; the message has the name of the argument and its forms.
    """
    if isinstance(value, str | os.PathLike):
        return [value]
    found = list(value) if isinstance(value, Iterable) and not isinstance(value, bytes) else []
    if not found:
        raise UsageError(f"{name} is {shown(value)}; it must be {forms}.")
    return found


def pair(name: str, value: object) -> tuple[str, str]:
    """Return two texts.

    Raises
    ------
    UsageError
        If these are not two texts; the message has the name of the argument.
    """
    match value:
        case [str(first), str(second)]:
            return first, second
    raise UsageError(f"{name} is {shown(value)}; it must be two texts.")


def whole_number(name: str, value: object) -> int:
    """Return a whole number that the JVM can hold.

    Raises
    ------
    UsageError
        If it is none; the message has the name of the argument.
    """
    try:
        return within_jvm(operator.index(value))  # type: ignore[arg-type]
    except TypeError as error:
        raise UsageError(f"{name} is {value!r}; it must be a whole number.") from error


def within_jvm(value: int) -> int:
    """Return a number, or the nearest one that the JVM can hold."""
    return max(-_LARGEST_INT, min(value, _LARGEST_INT))


def score(name: str, value: object) -> float:
    """Return a score.

    Raises
    ------
    UsageError
        If it is no number from 0 to 1; the message has the name of the argument.
    """
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, str) or not 0 <= number <= 1:
        raise UsageError(f"{name} is {value!r}; it must be a number from 0 to 1.")
    return number


def number(name: str, value: object) -> float:
    """Return a finite number.

    Raises
    ------
    UsageError
        If it is none; the message has the name of the argument.
    """
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    raise UsageError(f"{name} is {value!r}; it must be a number.")


def one_of(name: str, value: object, names: Sequence[str]) -> None:
    """Check that an argument has one of its values.

    Raises
    ------
    UsageError
        If it has another.
    """
    if value not in names:
        raise UsageError(f"{name} is {value!r}; it can be {' or '.join(map(repr, names))}.")


def shown(value: object) -> str:
    """Return a value in one short line."""
    return " ".join(reprlib.repr(value).split())
