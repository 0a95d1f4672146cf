"""The Spark session with ViTScale's jar and the settings of Spark NLP's ``sparknlp.start()``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from pyspark import SparkContext
from pyspark.sql import SparkSession

from vitscale.errors import UsageError
from vitscale.jvm.bridge import python_api, thrown_by
from vitscale.jvm.gateway import variables
from vitscale.jvm.handshake import refuse_connect
from vitscale.jvm.settings import LOCAL, MASTER, MEMORY, all_settings
from vitscale.jvm.spark_master import is_on_this_machine
from vitscale.system.arguments import text
from vitscale.system.error_text import first_line

SPARK_NLP_SETTINGS = {
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    "spark.kryoserializer.buffer.max": "2000M",
    "spark.driver.maxResultSize": "0",
}
"""Settings of ``sparknlp.start()`` in Spark NLP 5.5.3."""
_WORKER_PYTHON, _SETTING_OF_PYTHON = "PYSPARK_PYTHON", "spark.pyspark.python"
_ON_LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def start(
    master: str | None = None, memory: str | None = None, settings: dict[str, str] | None = None
) -> SparkSession:
    """Start a Spark session with ViTScale and Spark NLP, or return the running one.

    A running session keeps its settings, those of its UI and of its progress bar among them; it gets the
    `settings` of this call alone.

    Parameters
    ----------
    master : str, optional
        Spark's master URL; by default that of the settings, else ``"local[*]"``.
    memory : str, optional
        The driver's heap in Spark's notation (``"8g"``); by default that of the settings, else half of the
        memory limit of this process, at most 16 GiB.
    settings : dict of str to str, optional
        Further Spark settings; they override ``spark-defaults.conf``, which overrides the defaults.

    Raises
    ------
    JavaError
        If there is no Java 17, the jar is missing or of another version, or the JVM does not start.
    SetupError
        If this machine lacks a prerequisite of Spark.
    UsageError
        If Spark rejects the master URL or a setting, or the JVM already runs with another one.

    Examples
    --------
    >>> import vitscale
    >>> spark = vitscale.start()  # doctest: +SKIP
    """
    refuse_connect()
    asked = _asked({} if settings is None else settings)
    asked |= {MASTER: text("master", master)} if master else {}
    asked |= {MEMORY: text("memory", memory)} if memory else {}
    known = all_settings(asked)
    where = known.setdefault(MASTER, LOCAL)
    defaults = {
        **SPARK_NLP_SETTINGS,
        "spark.app.name": "vitscale",
        "spark.executorEnv.OMP_NUM_THREADS": "1",
        **(_ON_LOOPBACK if is_on_this_machine(where) else {}),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    is_running = SparkContext._active_spark_context is not None
    if is_running:
        chosen = asked
    else:
        chosen = {key: value for key, value in defaults.items() if key not in known} | asked | {MASTER: where}
    python_api(chosen)
    builder = SparkSession.builder
    for key, value in chosen.items():
        builder = builder.config(key, value)
    try:
        with variables(_worker_python(where, known)):
            session = builder.getOrCreate()
            session.conf.get(MASTER)  # Spark reads the settings of SQL at their first use
    except Exception as error:
        reason = _reason(error)
        if not is_running and SparkContext._active_spark_context is not None:
            SparkContext._active_spark_context.stop()
        raise UsageError(f"Spark did not start with master {where!r}: {reason}") from error
    return session


def _reason(error: Exception) -> str:
    """Return the message of the first cause; those above it name classes of Spark."""
    thrown = thrown_by(error)
    while thrown is not None and thrown.getCause() is not None:
        thrown = thrown.getCause()
    return first_line(str(error) if thrown is None else thrown.toString())


def _worker_python(master: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the variable with the Python of UDFs, if the environment lacks it.

    pyspark reads it when the context starts. Its own default is the ``python3`` of the PATH, which may be
    another one than that of this process, without its packages.
    """
    chosen = settings.get(_SETTING_OF_PYTHON) or (sys.executable if is_on_this_machine(master) else None)
    return {} if _WORKER_PYTHON in os.environ or not chosen else {_WORKER_PYTHON: chosen}


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _asked(settings: object) -> dict[str, str]:
    """Return settings in Spark's notation: ``true`` for True."""
    if not isinstance(settings, Mapping):
        kind = type(settings).__name__
        raise UsageError(f"settings is of type {kind}; it must be a dict of Spark's settings.")
    for key, value in settings.items():
        if not isinstance(key, str) or not isinstance(value, str | int | float):
            raise UsageError(
                f"settings has {key!r}: {value!r}; expected the name of a setting and its value."
            )
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in settings.items()
    }
