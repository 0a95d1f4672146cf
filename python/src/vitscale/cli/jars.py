"""``vitscale jars``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import app
from vitscale.errors import UsageError


@app.command()
def jars(
    scala: Annotated[
        str | None,
        typer.Option(
            help="Scala of the cluster's Spark: 2.12 (Spark 3.5) or 2.13 (Spark 4).",
            show_default="that of the installed pyspark",
        ),
    ] = None,
    spark_home: Annotated[
        Path | None, typer.Option(help="Folder of another Spark, whose version chooses the jars.")
    ] = None,
    package: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="Print the Maven coordinate of a table format's library instead: delta or iceberg.",
        ),
    ] = None,
) -> None:
    """Print the jars of the engine, separated by commas, for spark-submit --jars and spark.jars.

    With --package, print a coordinate for spark-submit --packages and spark.jars.packages.
    """
    from vitscale.jvm.jar import engine_jars
    from vitscale.jvm.spark_release import SCALA_VERSIONS, installed_spark, release_in
    from vitscale.jvm.table_libraries import table_library

    if scala is not None and scala not in SCALA_VERSIONS:
        raise UsageError(f"--scala is {scala}; expected {' or '.join(SCALA_VERSIONS)}.")
    if scala is not None and spark_home is not None:
        raise UsageError("--scala and --spark-home both choose the jars; remove one of them.")
    if scala is not None and package is not None:
        raise UsageError("--package needs the version of Spark, not only --scala; give --spark-home.")
    found = None
    if spark_home is not None:
        found = release_in(spark_home / "jars")
        found.require_supported()
    if package is not None:
        typer.echo(table_library(package, (found or installed_spark()).version))
    else:
        typer.echo(",".join(map(str, engine_jars(found.scala if found else scala))))
