"""The Spark session with ViTScale's jar and the settings that Spark NLP's own ``sparknlp.start()`` makes."""

from __future__ import annotations

import os

from pyspark.sql import SparkSession

from vitscale._jvm import python_api
from vitscale.errors import UsageError
from vitscale.java import default_heap
from vitscale.master import is_on_this_machine

SPARK_NLP_SETTINGS = {
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    "spark.kryoserializer.buffer.max": "2000M",
    "spark.driver.maxResultSize": "0",
}
"""As ``sparknlp.start()`` of Spark NLP 5.5.3 sets them."""
_ON_LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def start(
    master: str = "local[*]", memory: str | None = None, settings: dict[str, str] | None = None
) -> SparkSession:
    """Start a Spark session that knows ViTScale and Spark NLP, or return the one that runs.

    Parameters
    ----------
    master : str
        Spark's master URL.
    memory : str, optional
        The driver's heap, as Spark writes it (``"8g"``); by default half of the machine's memory, 16 GiB at
        most.
    settings : dict of str to str, optional
        Further Spark settings; they win over the defaults.

    Raises
    ------
    JavaError
        If there is no Java 17, the jar is missing or of another version, or the JVM does not start.
    UsageError
        If Spark refuses the master URL or a setting.

    Examples
    --------
    >>> import vitscale
    >>> spark = vitscale.start()  # doctest: +SKIP
    """
    chosen = {
        **SPARK_NLP_SETTINGS,
        "spark.master": master,
        "spark.app.name": "vitscale",
        "spark.driver.memory": memory or default_heap(),
        **(_ON_LOOPBACK if is_on_this_machine(master) else {}),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **(settings or {}),
    }
    python_api(chosen)
    builder = SparkSession.builder
    for key, value in chosen.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise UsageError(f"Spark did not start with master {master!r}: {_first_line(error)}") from error


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
