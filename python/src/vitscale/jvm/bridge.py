"""The bridge to the JVM: calls of the jar's API, and its exceptions as this package's errors.

The gateway is pyspark's: it listens on loopback alone and asks every connection for a random token. It is
started without a Spark session, so that code without Spark is quick to reach; a session started later
(:func:`vitscale.start`) lives in the same JVM. A forked process gets a gateway and a JVM of its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from py4j.java_gateway import JavaPackage
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import SparkContext
from pyspark.errors.exceptions.captured import CapturedException

from vitscale import errors
from vitscale.jvm import fork  # noqa: F401 - its hooks keep a forked child away from this process's sockets
from vitscale.jvm.gateway import start_gateway
from vitscale.jvm.handshake import require_session, shake_hands
from vitscale.jvm.settings import MEMORY, OF_THE_JVM
from vitscale.system.extras import install_command

_ERRORS = {
    "vitscale.UsageException": errors.UsageError,
    "vitscale.ModelException": errors.ModelError,
    "vitscale.ImageException": errors.ImageError,
    "vitscale.OutputException": errors.OutputError,
    "vitscale.DeviceException": errors.DeviceError,
}
"""What the jar throws for a user's mistake, and what Python raises for it."""

_started_with: dict[str, str] = {}
"""The settings of the JVM that this process started."""


def python_api(settings: dict[str, str] | None = None) -> Any:
    """Return the JVM's ``vitscale.python.PythonApi``, starting a JVM where none runs yet.

    Parameters
    ----------
    settings : dict of str to str, optional
        Spark settings that must be known before the JVM starts, such as ``spark.driver.extraJavaOptions``.

    Raises
    ------
    JavaError
        If there is no Java 17, the JVM does not start, or its jar has another version than this package.
    UsageError
        If the JVM runs already, and a setting asks for another one.
    """
    with SparkContext._lock:
        if SparkContext._gateway is None:
            gateway = start_gateway(settings or {})
            SparkContext._gateway, SparkContext._jvm = gateway, gateway.jvm
            _started_with.clear()
            _started_with.update(settings or {})
        else:
            _refuse_late(settings or {})
    return shake_hands(SparkContext._jvm)


def session_api() -> Any:
    """Return the JVM's ``vitscale.python.PythonApi`` where a Spark session runs, for the stages of pipelines.

    Raises
    ------
    JavaError
        If the session does not know ViTScale's jar, or its Spark is not supported.
    UsageError
        If no session runs in this process.
    """
    require_session()
    return python_api()


def scala_object(name: str) -> Any:
    """Return an object of the package's jars, starting a JVM where none runs yet.

    Parameters
    ----------
    name : str
        Its full name, such as ``"vitscale.bench.BenchmarkApi"``.

    Raises
    ------
    JavaError
        If the jar that holds it is not on the class path.
    """
    python_api()
    found = SparkContext._jvm
    for part in name.split("."):
        found = getattr(found, part)
    if isinstance(found, JavaPackage):
        raise errors.JavaError(
            f"The JVM does not find {name}. Its jar comes with an extra: {install_command('sparknlp')}"
        )
    return found


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


def _refuse_late(settings: Mapping[str, str]) -> None:
    """Refuse settings that a JVM reads at its start, where it runs already and was started with others.

    Another size of its heap changes no answer, so it gives a warning alone.

    Raises
    ------
    UsageError
        Naming the first of them.
    """
    for key in OF_THE_JVM:
        if key in settings and settings[key] != _started_with.get(key):
            late = (
                f"{key} is {settings[key]!r}, and the JVM of this process runs already without it. Call "
                "vitscale.start() before any other use of ViTScale, or leave the setting out."
            )
            if key != MEMORY:
                raise errors.UsageError(late)
            warnings.warn(late, stacklevel=4)


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
