"""Checks the running JVM, which another program may have started, before its first use."""

from __future__ import annotations

import os
from typing import Any

import pyspark
from py4j.protocol import Py4JError
from pyspark import SparkContext

from vitscale._version import __version__
from vitscale.errors import JavaError, UsageError
from vitscale.jvm.jar import jar_path

_SPARK = "3.5"
_NEWEST_MAJOR = 3
_SCALA = "2.12."
_accepted: list[Any] = [None]
"""The JVM whose Spark was checked, so that it is checked once."""
_CONNECT = ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED")


def shake_hands(jvm: Any) -> Any:
    """Check the jar's version, and return its API.

    Parameters
    ----------
    jvm : py4j.java_gateway.JVMView
        The running JVM.

    Raises
    ------
    JavaError
        If its Spark is not supported, or it lacks the jar or has one of another version.
    """
    if jvm is not _accepted[0]:
        _check_spark(jvm)
        _accepted[0] = jvm
    api = jvm.vitscale.python.PythonApi
    try:
        version = api.version()
    except (Py4JError, TypeError) as error:
        raise JavaError(
            "The running Spark session lacks ViTScale's jar. Start it with vitscale.start(), or "
            f"add the jar before its start: spark.jars={jar_path()} (or --jars, spark.driver.extraClassPath)."
        ) from error
    if version != __version__:
        raise JavaError(
            f"The jar has version {version}, the package has version {__version__}. Rebuild the jar: make jar"
        )
    return api


def refuse_connect() -> None:
    """Raise an error for Spark Connect, whose sessions have no JVM in this process.

    Raises
    ------
    UsageError
        If an environment variable enables it.
    """
    named = next((name for name in _CONNECT if os.environ.get(name)), None)
    if named is not None:
        raise UsageError(f"{named} is set, but Spark Connect is not supported. Unset it, and give a master.")


def require_session() -> None:
    """Raise an error if no Spark session runs.

    Raises
    ------
    UsageError
        If no session of Spark runs in this process.
    """
    refuse_connect()
    if SparkContext._active_spark_context is None:
        raise UsageError("No Spark session runs in this process. Start one first: spark = vitscale.start()")


def _check_spark(jvm: Any) -> None:
    """Raise an error for Spark 4 and Scala 2.13, for which the jar was not compiled."""
    context = SparkContext._active_spark_context
    spark = pyspark.__version__ if context is None else context.version
    if int(spark.partition(".")[0]) > _NEWEST_MAJOR:
        raise JavaError(
            f'Spark {spark} is not supported; expected {_SPARK}. Install it: pip install "pyspark==3.5.*"'
        )
    scala = jvm.scala.util.Properties.versionNumberString()
    if not scala.startswith(_SCALA):
        raise JavaError(
            f"Spark {spark} was built for Scala {scala}, but ViTScale's jar for Scala {_SCALA}x. "
            "Use a Spark for Scala 2.12, such as PyPI's pyspark."
        )
