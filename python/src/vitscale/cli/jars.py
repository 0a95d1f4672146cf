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
) -> None:
    """Print the jars of the engine, separated by commas, for spark-submit --jars and spark.jars."""
    from vitscale.jvm.jar import engine_jars
    from vitscale.jvm.spark_release import SCALA_VERSIONS, release_in

    if scala is not None and scala not in SCALA_VERSIONS:
        raise UsageError(f"--scala is {scala}; expected {' or '.join(SCALA_VERSIONS)}.")
    if scala is not None and spark_home is not None:
        raise UsageError("--scala and --spark-home both choose the jars; remove one of them.")
    if spark_home is not None:
        found = release_in(spark_home / "jars")
        found.require_supported()
        scala = found.scala
    typer.echo(",".join(map(str, engine_jars(scala))))
