"""Reads files and folders with Spark, from any file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def read_files(session: SparkSession, kind: str, path: str, **options: str | bool) -> DataFrame:
    """Return the table of a file or a folder, whatever characters its name has.

    Parameters
    ----------
    session : SparkSession
        The session that reads.
    kind : str
        Format of the files, as Spark names it.
    path : str
        An absolute path, or a URI.
    options
        Options of Spark's reader.
    """
    from vitscale.jvm.bridge import scala_object

    literal = scala_object("vitscale.sql.SparkPaths").literal(path)
    return session.read.options(**options).format(kind).load(literal)
