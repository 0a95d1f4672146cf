"""The user's Spark settings for the driver's JVM, converted to Java's command line.

Spark's own launcher reads these settings before the JVM starts
(``org.apache.spark.launcher.SparkSubmitCommandBuilder``). This package starts the JVM itself, so it reads
them too. The order is that of ``spark-submit``: an option, ``--conf``, ``spark-defaults.conf``, the
environment, a default.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vitscale.errors import UsageError
from vitscale.jvm.memory import notation
from vitscale.jvm.properties import default_settings

MASTER = "spark.master"
LOCAL = "local[*]"
MEMORY = "spark.driver.memory"
DEFAULT_JAVA_OPTIONS = "spark.driver.defaultJavaOptions"
JAVA_OPTIONS = "spark.driver.extraJavaOptions"
CLASS_PATH = "spark.driver.extraClassPath"
LIBRARY_PATH = "spark.driver.extraLibraryPath"
OF_THE_JVM = (MEMORY, DEFAULT_JAVA_OPTIONS, JAVA_OPTIONS, CLASS_PATH, LIBRARY_PATH)
"""Settings that take effect at a JVM's start only."""

_DEPLOY_MODE = "spark.submit.deployMode"
_MEMORY_VARIABLES = ("SPARK_DRIVER_MEMORY", "SPARK_MEM")
_JAVA_VARIABLES = ("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS")
_HEAP_FLAGS = ("-Xmx", "-XX:MaxHeapSize=", "-XX:MaxRAMPercentage=")
_SIZE = re.compile(r"(\d+)(?:([kmgt])b?)?", re.IGNORECASE)
_MIB_PER_UNIT = {"k": 1 / 1024, "m": 1, "g": 1024, "t": 1024**2}


@dataclass(frozen=True)
class DriverSettings:
    """The user's settings for the driver's JVM.

    Attributes
    ----------
    heap : str or None
        Size of the heap in Java's notation; None if it is not set.
    has_own_heap : bool
        Whether a variable that Java itself reads (``JDK_JAVA_OPTIONS``) sets the heap.
    options : tuple of str
        Flags for Java.
    class_path : str
        Entries for the class path, separated by colons; may be empty.
    library_path : str
        Folders of native libraries, separated by colons; may be empty.
    """

    heap: str | None = None
    has_own_heap: bool = False
    options: tuple[str, ...] = ()
    class_path: str = ""
    library_path: str = ""


NOTHING_SET = DriverSettings()


def driver_settings(settings: Mapping[str, str], memory: str | None = None) -> DriverSettings:
    """Return the settings of the driver's JVM.

    Parameters
    ----------
    settings : mapping of str to str
        All Spark settings, those of ``spark-defaults.conf`` among them.
    memory : str, optional
        Heap of a command-line option; it wins.

    Raises
    ------
    UsageError
        If a size is invalid, or Java flags have an unclosed quote or set the heap.
    """
    heap = _heap(settings, memory)
    in_java = any(flag in os.environ.get(name, "") for name in _JAVA_VARIABLES for flag in _HEAP_FLAGS)
    return DriverSettings(
        heap=heap,
        has_own_heap=heap is None and in_java,
        options=(*_flags(settings, DEFAULT_JAVA_OPTIONS), *_flags(settings, JAVA_OPTIONS)),
        class_path=settings.get(CLASS_PATH, ""),
        library_path=settings.get(LIBRARY_PATH, ""),
    )


def all_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings, and those of ``spark-defaults.conf`` that they do not set.

    Raises
    ------
    UsageError
        If ``spark.submit.deployMode`` is ``cluster``: the driver runs here.
    """
    found = {**default_settings(), **settings}
    if found.get(_DEPLOY_MODE, "client") != "client":
        raise UsageError(
            f"{_DEPLOY_MODE} is {found[_DEPLOY_MODE]}; expected client, because the driver runs here. "
            "Start a driver in the cluster with spark-submit --class vitscale.job.ClassifyMain."
        )
    return found


def parsed(settings: Sequence[str]) -> dict[str, str]:
    """Return the settings of ``--conf``, each ``KEY=VALUE``; the last of equal keys wins.

    Raises
    ------
    UsageError
        If one has no key or no ``=``.
    """
    found = {}
    for setting in settings:
        key, separator, value = setting.partition("=")
        if not separator or not key.strip():
            raise UsageError(f"--conf is {setting!r}; expected KEY=VALUE, e.g. spark.executor.cores=4.")
        found[key.strip()] = value
    return found


def size(text: str, name: str) -> str:
    """Return a size of memory in Java's notation; a bare number is in MiB, as Spark reads it.

    Parameters
    ----------
    text : str
        In Spark's notation: ``"700m"``, ``"2g"``, ``"2gb"``, ``"1024"``.
    name : str
        Name of its option, for the message.

    Raises
    ------
    UsageError
        If it is not a size.
    """
    found = _SIZE.fullmatch(text.strip())
    mib = int(int(found[1]) * _MIB_PER_UNIT[(found[2] or "m").lower()]) if found else 0
    if mib < 1:
        raise UsageError(f"{name} is {text!r}; expected a size of memory such as 700m or 8g.")
    return notation(mib)


def _heap(settings: Mapping[str, str], memory: str | None) -> str | None:
    if memory:
        return size(memory, "The memory of the driver")
    if MEMORY in settings:
        return size(settings[MEMORY], MEMORY)
    for name in _MEMORY_VARIABLES:
        if os.environ.get(name):
            return size(os.environ[name], name)
    return None


def _flags(settings: Mapping[str, str], key: str) -> list[str]:
    try:
        flags = shlex.split(settings.get(key, ""))
    except ValueError as error:
        raise UsageError(f"{key} is {settings[key]!r}: {error}. Close its quotes.") from error
    for flag in flags:
        if flag.startswith(_HEAP_FLAGS[:2]):
            raise UsageError(f"{key} has {flag}, which Spark refuses there. Set {MEMORY} or --memory.")
    return flags
