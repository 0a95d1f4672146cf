"""Checks the running JVM, which another program may have started, before its first use."""

from __future__ import annotations

import os
from typing import Any

import pyspark
from py4j.protocol import Py4JError
from pyspark import SparkContext

from vitscale._version import __version__
from vitscale.errors import JavaError, UsageError
from vitscale.jvm.jar import engine_jars
from vitscale.jvm.spark_release import SparkRelease

_accepted: list[Any] = [None, None]
"""The JVM whose Spark was checked, so that it is checked once, and its version of Scala."""
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
        _accepted[:] = [jvm, _checked_scala(jvm)]
    api = jvm.vitscale.python.PythonApi
    try:
        version = api.version()
    except (Py4JError, TypeError) as error:
        jars = ",".join(map(str, engine_jars(_accepted[1])))
        raise JavaError(
            "The running Spark session lacks ViTScale's jars. Start it with vitscale.start(), or "
            f"add them before its start: spark.jars={jars} (or --jars, spark.driver.extraClassPath)."
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


def _checked_scala(jvm: Any) -> str:
    """Return the JVM's version of Scala, after a check that the package has a jar for it and its Spark."""
    context = SparkContext._active_spark_context
    spark = pyspark.__version__ if context is None else context.version
    scala = ".".join(jvm.scala.util.Properties.versionNumberString().split(".")[:2])
    SparkRelease(spark, scala).require_supported()
    return scala
