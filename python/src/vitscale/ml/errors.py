"""What Spark throws at a stage for a user's mistake, as this package's own errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vitscale.errors import JavaError, UsageError
from vitscale.jvm.bridge import java_errors, thrown_by

_MISTAKES = ("java.lang.IllegalArgumentException", "org.apache.spark.sql.AnalysisException")
"""A parameter out of bounds, a column that is not there or of another type."""


@contextmanager
def stage_errors() -> Iterator[None]:
    """Do the same as ``java_errors``; what Spark itself says of a wrong argument is a `UsageError` too."""
    try:
        with java_errors():
            yield
    except JavaError as error:
        thrown = thrown_by(error.__cause__)
        if thrown is None or not _is_mistake(thrown):
            raise
        raise UsageError(" ".join(str(thrown.getMessage()).split())) from error.__cause__


def _is_mistake(thrown: Any) -> bool:
    kind = thrown.getClass()
    while kind is not None:
        if kind.getName() in _MISTAKES:
            return True
        kind = kind.getSuperclass()
    return False
