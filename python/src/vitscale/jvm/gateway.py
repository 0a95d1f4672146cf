"""Starts the JVM of the Python API with Spark's gateway, without Spark's scripts and launcher."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError
from pyspark.java_gateway import launch_gateway

from vitscale.errors import JavaError
from vitscale.jvm.jar import session_jars
from vitscale.jvm.launch import SPARK_SUBMIT, Launch, launch
from vitscale.jvm.locales import EVERYWHERE, EXECUTOR_LOCALE
from vitscale.jvm.preflight import refuse_impossible
from vitscale.jvm.settings import LOCAL, MASTER, all_settings, driver_settings
from vitscale.jvm.spark_master import is_local, is_on_this_machine

_SHELL = "pyspark-shell"  # SparkSubmit's name for "gateway only, no application"
_PORT, _SECRET = "PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"
_INFO = "_PYSPARK_DRIVER_CONN_INFO_PATH"
_POLL_SECONDS = 0.02


def start_gateway(settings: Mapping[str, str]) -> Any:
    """Start a JVM, or connect to that of ``spark-submit`` if it started this process.

    Parameters
    ----------
    settings : mapping of str to str
        Spark settings; they override ``spark-defaults.conf``.

    Returns
    -------
    py4j.clientserver.ClientServer
        The gateway; ``proc`` is the JVM, which exits with this process, when its standard input closes.

    Raises
    ------
    JavaError
        If the JVM does not start, or that of ``spark-submit`` does not respond.
    """
    if _PORT in os.environ:
        return _connect()
    jvm = gateway_launch(settings)
    for note in jvm.notes:
        warnings.warn(note, stacklevel=2)
    with tempfile.TemporaryDirectory(prefix="vitscale-gateway-", dir=jvm.temporary) as folder:
        info = Path(folder) / "info"
        process = _start(jvm, info)
        try:
            port, secret = _wait_for(info, process)
            with variables({_PORT: str(port), _SECRET: secret}):
                gateway = launch_gateway()
        except BaseException:  # also for Ctrl-C
            process.kill()
            process.wait()
            raise
    gateway.proc = process
    return gateway


def gateway_launch(settings: Mapping[str, str]) -> Launch:
    """Return the JVM that :func:`start_gateway` starts."""
    known = all_settings(settings)
    master = known.get(MASTER, LOCAL)
    refuse_impossible(master, known)
    given = {**_for_executors(master, known), **settings, **_jar_for_executors(master, known)}
    submit = [part for key, value in given.items() for part in ("--conf", f"{key}={value}")]
    return launch(
        SPARK_SUBMIT,
        [*submit, _SHELL],
        driver=driver_settings(known),
        is_on_this_machine=is_on_this_machine(master),
    )


def _for_executors(master: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return a default setting for executors in other processes: file names in UTF-8."""
    is_open = not is_local(master) and EXECUTOR_LOCALE not in known
    return {EXECUTOR_LOCALE: EVERYWHERE} if is_open else {}


def _jar_for_executors(master: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return the setting that passes the jars to executors, with the user's entries."""
    if is_local(master):
        return {}
    key, separator = (
        ("spark.executor.extraClassPath", os.pathsep) if is_on_this_machine(master) else ("spark.jars", ",")
    )
    return {key: separator.join(filter(None, (*map(str, session_jars()), known.get(key))))}


def _start(jvm: Launch, info: Path) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            jvm.command,
            stdin=subprocess.PIPE,
            env={**jvm.environment, _INFO: str(info)},
            preexec_fn=_ignore_interrupts,  # noqa: PLW1509  (takes no lock)
        )
    except OSError as error:
        raise JavaError(f"{jvm.command[0]} did not start: {error.strerror}.") from error


def _ignore_interrupts() -> None:
    """Ignore Ctrl-C in the JVM; Python handles it and stops the JVM or cancels its work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _wait_for(info: Path, process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Return port and token of the gateway from the file of Spark's ``PythonGatewayServer``."""
    while not info.is_file():
        if process.poll() is not None:
            raise JavaError(
                f"The JVM ended with exit status {process.returncode} before it was ready. "
                "Its messages are above."
            )
        time.sleep(_POLL_SECONDS)
    content = info.read_bytes()
    port, length = struct.unpack(">ii", content[:8])
    return port, content[8 : 8 + length].decode()


def _connect() -> Any:
    """Connect to the JVM that the environment names."""
    try:
        return launch_gateway()
    except (Py4JError, OSError, ValueError, KeyError) as error:
        raise JavaError(
            f"{_PORT} is {os.environ[_PORT]}, but no JVM of spark-submit responds there. Unset it, or start "
            "this program with spark-submit."
        ) from error


@contextmanager
def variables(more: dict[str, str]) -> Iterator[None]:
    """Set variables of the environment, which it lacks, during a ``with`` block."""
    os.environ.update(more)
    try:
        yield
    finally:
        for name in more:
            del os.environ[name]
