"""Libraries of the table formats for each Spark, from the list that the JVM and the build read as well."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from vitscale.errors import UsageError


@cache
def table_libraries() -> dict[str, dict[str, str]]:
    """Return the Maven coordinate of each library: format -> version of Spark -> coordinate."""
    lines = files("vitscale.jvm").joinpath("table-libraries.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        if line and not line.startswith("#"):
            table_format, spark, coordinate = line.split()
            found.setdefault(table_format, {})[spark] = coordinate
    return found


def table_library(table_format: str, spark: str) -> str:
    """Return the Maven coordinate of a table format's library.

    Parameters
    ----------
    table_format : str
        ``"delta"`` or ``"iceberg"``.
    spark : str
        Version of Spark, for example ``"4.1.4"``.

    Raises
    ------
    UsageError
        If the format or a library for this Spark is not known.
    """
    known = table_libraries().get(table_format)
    if known is None:
        raise UsageError(f"The table format is {table_format}; expected {' or '.join(table_libraries())}.")
    for version, coordinate in known.items():
        if f"{spark}.".startswith(f"{version}."):
            return coordinate
    raise UsageError(
        f"No library of {table_format} is known for Spark {spark}. Use Spark {', '.join(known)}, or add a "
        "library for your Spark with --conf spark.jars.packages=COORDINATE."
    )
