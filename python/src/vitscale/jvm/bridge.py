"""The bridge to the JVM: calls of the jar's API, and its exceptions as this package's errors.

The gateway is pyspark's: it listens on loopback only and requires a random token. It starts without a Spark
session, so that code without Spark starts quickly; a later session (:func:`vitscale.start`) uses the same
JVM. A forked process gets its own gateway and JVM.
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
from vitscale.jvm import fork  # noqa: F401 - its hooks close this process's sockets in forked children
from vitscale.jvm.gateway import start_gateway
from vitscale.jvm.handshake import require_session, shake_hands
from vitscale.jvm.settings import MEMORY, OF_THE_JVM
from vitscale.system.error_text import first_line
from vitscale.system.extras import install_command

_ERRORS = {
    "vitscale.UsageException": errors.UsageError,
    "vitscale.ModelException": errors.ModelError,
    "vitscale.ImageException": errors.ImageError,
    "vitscale.OutputException": errors.OutputError,
    "vitscale.DeviceException": errors.DeviceError,
    "vitscale.QueueFullException": errors.QueueFullError,
    "vitscale.BatcherClosedException": errors.BatcherClosedError,
}
"""Exception of the jar -> error of this package, for mistakes of the user."""

_started_with: dict[str, str] = {}
"""The settings of the JVM that this process started."""


def python_api(settings: dict[str, str] | None = None) -> Any:
    """Return the JVM's ``vitscale.python.PythonApi``; start a JVM if none runs.

    Parameters
    ----------
    settings : dict of str to str, optional
        Spark settings that take effect at the JVM's start, such as ``spark.driver.extraJavaOptions``.

    Raises
    ------
    JavaError
        If there is no Java 17, the JVM does not start, or its jar has another version than this package.
    UsageError
        If the JVM already runs, and a setting needs a new one.
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
    """Return the JVM's ``vitscale.python.PythonApi`` of the running Spark session, for pipeline stages.

    Raises
    ------
    JavaError
        If the session lacks ViTScale's jar, or its Spark is not supported.
    UsageError
        If no session runs in this process.
    """
    require_session()
    return python_api()


def scala_object(name: str) -> Any:
    """Return an object of the package's jars; start a JVM if none runs.

    Parameters
    ----------
    name : str
        Its full name, such as ``"vitscale.bench.BenchmarkApi"``.

    Raises
    ------
    JavaError
        If its jar is not on the class path.
    """
    python_api()
    found = SparkContext._jvm
    for part in name.split("."):
        found = getattr(found, part)
    if isinstance(found, JavaPackage):
        raise errors.JavaError(
            f"The JVM does not find {name}. Install the extra with its jar: {install_command('sparknlp')}"
        )
    return found


@contextmanager
def java_errors() -> Iterator[None]:
    """Turn exceptions of the JVM into this package's errors, with the Java trace as the cause.

    With a Spark session, pyspark converts some of Java's exceptions into its own first.
    """
    try:
        yield
    except Py4JJavaError as error:
        raise _translated(error.java_exception) from error
    except CapturedException as error:
        raise _translated(error._origin) from error
    except Py4JError as error:
        raise errors.JavaError(f"The JVM did not respond: {error}. Its messages are above.") from error
    except BaseException as error:
        if not isinstance(error, Exception):
            _drop_unanswered()
        raise


def _drop_unanswered() -> None:
    """Close this thread's connection if its last call has no answer yet, which the next call would read.

    A signal's handler or a timeout can raise in the middle of a call. py4j does this for Ctrl-C alone.
    """
    client = SparkContext._gateway._gateway_client
    connection = client.get_thread_connection()
    if connection is not None and connection not in client.deque:
        connection.close()


def thrown_by(cause: BaseException | None) -> Any:
    """Return the ``java.lang.Throwable`` behind an error of Python, if there is one."""
    if isinstance(cause, Py4JJavaError):
        return cause.java_exception
    return cause._origin if isinstance(cause, CapturedException) else None


def error_of(exception: str, message: str) -> errors.VitscaleError:
    """Return this package's error for an exception of the JVM.

    Parameters
    ----------
    exception : str
        Name of its class.
    message : str
        Its message.
    """
    kind = _ERRORS.get(exception)
    text = f"The JVM failed: {exception}: {first_line(message)}"
    return kind(message) if kind is not None else errors.JavaError(text)


def _refuse_late(settings: Mapping[str, str]) -> None:
    """Raise an error if a setting of the JVM's start differs from that of the running JVM.

    Another heap size changes no result, so it only gives a warning.

    Raises
    ------
    UsageError
        For the first such setting.
    """
    for key in OF_THE_JVM:
        if key in settings and settings[key] != _started_with.get(key):
            late = (
                f"{key} is {settings[key]!r}, but the JVM of this process already runs without it. Call "
                "vitscale.start() before any other use of ViTScale, or remove the setting."
            )
            if key != MEMORY:
                raise errors.UsageError(late)
            warnings.warn(late, stacklevel=4)


def _translated(first: Any) -> errors.VitscaleError:
    """Return the error of the first exception with a message for the user, else a general one.

    Parameters
    ----------
    first : java.lang.Throwable
        The exception.
    """
    exception = first
    while exception is not None:
        kind = _ERRORS.get(exception.getClass().getName())
        if kind is not None:
            return kind(exception.getMessage())
        exception = exception.getCause()
    return errors.JavaError(f"The JVM failed: {first_line(first.toString())}")
