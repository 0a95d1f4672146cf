"""The bridge to the JVM: the only module that touches py4j.

The gateway is pyspark's: it listens on loopback alone and asks every connection for a random token. It is
started without a Spark session, so that code without Spark is quick to reach; a session started later
(:func:`vitscale.start`) lives in the same JVM.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import SparkConf, SparkContext
from pyspark.errors.exceptions.captured import CapturedException
from pyspark.java_gateway import launch_gateway

from vitscale import errors
from vitscale._version import __version__
from vitscale.jar import jar_path
from vitscale.java import default_heap, find_java, java_flags
from vitscale.master import is_on_this_machine

_ERRORS = {
    "vitscale.UsageException": errors.UsageError,
    "vitscale.ModelException": errors.ModelError,
    "vitscale.ImageException": errors.ImageError,
    "vitscale.OutputException": errors.OutputError,
}
"""What the jar throws for a user's mistake, and what Python raises for it."""


def python_api(settings: dict[str, str] | None = None) -> Any:
    """Return the JVM's ``vitscale.PythonApi``, starting a JVM where none runs yet.

    Parameters
    ----------
    settings : dict of str to str, optional
        Spark settings that must be known before the JVM starts (``spark.driver.memory``); without effect on
        a JVM that already runs.

    Raises
    ------
    JavaError
        If there is no Java 17, the JVM does not start, or its jar has another version than this package.
    """
    if SparkContext._gateway is None:
        _start_gateway(settings or {})
    return _checked(SparkContext._jvm)


@contextmanager
def java_errors() -> Iterator[None]:
    """Turn what the JVM throws into this package's errors; the Java trace stays as the cause.

    Once there is a Spark session, pyspark turns some of Java's exceptions into its own before they come here.
    """
    try:
        yield
    except Py4JJavaError as error:
        raise _translated(error.java_exception) from error
    except CapturedException as error:
        raise _translated(error._origin) from error
    except Py4JError as error:
        raise errors.JavaError(f"The JVM did not answer: {error}. Its own messages are above.") from error


def _start_gateway(settings: dict[str, str]) -> None:
    java = find_java()
    jar = str(jar_path())
    os.environ["JAVA_HOME"] = str(java.home)  # read by Spark's launcher script
    conf = SparkConf(loadDefaults=False)
    conf.set("spark.driver.extraClassPath", jar)
    if is_on_this_machine(settings.get("spark.master", "local")):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        conf.set("spark.executor.extraClassPath", jar)
    else:
        settings = {**settings, "spark.jars": ",".join(filter(None, (jar, settings.get("spark.jars"))))}
    conf.set("spark.driver.extraJavaOptions", " ".join(java_flags()))
    conf.set("spark.driver.memory", default_heap())
    for key, value in settings.items():
        conf.set(key, value)
    try:
        gateway = launch_gateway(conf)
    except (OSError, RuntimeError) as error:
        raise errors.JavaError(f"The JVM of {java.home} did not start: {error}") from error
    SparkContext._gateway = gateway
    SparkContext._jvm = gateway.jvm


def _checked(jvm: Any) -> Any:
    """Return the jar's API after the handshake."""
    api = jvm.vitscale.PythonApi
    try:
        version = api.version()
    except (Py4JError, TypeError) as error:
        raise errors.JavaError(
            "The JVM that runs already does not know ViTScale's jar. Make the session with vitscale.start(), "
            f"or add the jar to its class path: {jar_path()}"
        ) from error
    if version != __version__:
        raise errors.JavaError(
            f"The jar is of version {version}, the package of version {__version__}. Rebuild it: make jar"
        )
    return api


def _translated(first: Any) -> errors.VitscaleError:
    """Return the error of the innermost exception that was written for the user, else a general one.

    Parameters
    ----------
    first : java.lang.Throwable
        What was thrown.
    """
    exception = first
    while exception is not None:
        kind = _ERRORS.get(exception.getClass().getName())
        if kind is not None:
            return kind(exception.getMessage())
        exception = exception.getCause()
    return errors.JavaError(f"The JVM failed: {first.toString()}")
