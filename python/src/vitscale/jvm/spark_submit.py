"""Runs a class of the jar like ``spark-submit``, and replaces this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from vitscale.errors import UsageError
from vitscale.jvm.jar import jar_path, libraries_jar, refuse_spark_nlp, spark_nlp_jar
from vitscale.jvm.launch import SPARK_SUBMIT, Launch, launch
from vitscale.jvm.locales import EVERYWHERE, EXECUTOR_LOCALE
from vitscale.jvm.preflight import memory_notes, refuse_impossible
from vitscale.jvm.settings import LOCAL, MASTER, all_settings, driver_settings, parsed
from vitscale.jvm.spark_master import KINDS, is_local, is_on_this_machine
from vitscale.jvm.spark_release import spark_jars
from vitscale.jvm.temporary import temporary_folder
from vitscale.jvm.user_packages import EXCLUDES, PACKAGES, sparks_own
from vitscale.system.temp_folder import scratch_folder
from vitscale.system.user import existing_home

CLASSIFY = "vitscale.job.ClassifyMain"

_WITHOUT_IMAGES = ("-XX:TieredStopAtLevel=1",)
"""For a driver with remote executors: Java's second compiler would cost it more time than it saves."""
_SPARK_NLP = "spark-nlp"
"""The engine that is in a jar of its own."""
_NO_RESOURCE = "spark-internal"
"""Spark's name (SparkLauncher.NO_RESOURCE) for "class path only, no jar"."""

_LIBRARIES = ("spark.jars", PACKAGES)
"""Settings with further jars of the user: table formats, clients of object stores."""
_CHILD_FIRST = "spark.driver.userClassPathFirst"
"""Spark loads these jars and the application's jar by a class loader of their own. It must come first: the
class path has ViTScale's jar too, but classes from there do not see the user's jars."""


def chosen_master(master: str | None, settings: Sequence[str]) -> str:
    """Return the master: the option, else ``--conf``, else ``spark-defaults.conf``, else all cores here.

    Parameters
    ----------
    master : str, optional
        Value of the option.
    settings : sequence of str
        Spark settings, each ``KEY=VALUE``.

    Raises
    ------
    UsageError
        If Spark has no such kind of master, or a setting is invalid.
    """
    found = master or all_settings(parsed(settings)).get(MASTER, LOCAL)
    if not found.startswith(KINDS):
        raise UsageError(f"--master is {found!r}; expected local[N], spark://HOST:PORT, yarn or k8s://URL.")
    return found


def replace_process(
    arguments: Sequence[str],
    *,
    master: str,
    memory: str | None,
    settings: Sequence[str],
    native_mib: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> NoReturn:
    """Replace this process by the JVM of the job, which then receives signals and sets the exit status.

    Parameters
    ----------
    arguments : sequence of str
        Arguments of the job.
    master : str
        Spark's master URL.
    memory : str, optional
        The driver's heap; by default that of the settings, else half of the memory, at most 16 GiB.
    settings : sequence of str
        Spark settings, each ``KEY=VALUE``.
    native_mib : int
        Memory that the model needs outside of this JVM's heap, in MiB; 0 if unknown or on executors.
    say : callable
        Receives notes for the user.

    Raises
    ------
    UsageError
        If Spark has no such kind of master, or a setting is invalid.
    SetupError
        If this machine lacks a prerequisite of the job.
    JavaError
        If there is no Java 17 or 21, or a jar is missing.
    """
    master = chosen_master(master, settings)
    temporary = temporary_folder(existing_home())
    ready = submission(
        arguments,
        master=master,
        memory=memory,
        settings=settings,
        native_mib=native_mib,
        scratch=scratch_folder(temporary.folder),
    )
    for note in filter(None, (temporary.note, *memory_notes(native_mib), *ready.notes)):
        say(note)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(ready.command[0], ready.command, ready.environment)


def submission(
    arguments: Sequence[str],
    *,
    master: str,
    memory: str | None,
    settings: Sequence[str],
    scratch: Path,
    native_mib: int = 0,
) -> Launch:
    """Return the job's JVM to start.

    The jars are on the driver's class path. Spark sends the jars of the engine to executors on other
    machines.

    Parameters
    ----------
    arguments, master, memory, settings, native_mib
        As in :func:`replace_process`.
    scratch : Path
        Folder for temporary files; Java itself does not read ``TMPDIR``.
    """
    jar = str(jar_path())
    if _SPARK_NLP in arguments:
        refuse_spark_nlp()
    known = all_settings(parsed(settings))
    refuse_impossible(master, known)
    submit = ["--master", master, "--class", CLASSIFY]
    for setting in settings:
        submit += ["--conf", setting]
    if not is_local(master) and EXECUTOR_LOCALE not in known:
        submit += ["--conf", f"{EXECUTOR_LOCALE}={EVERYWHERE}"]
    has_libraries = any(known.get(key) for key in _LIBRARIES)
    if has_libraries and _CHILD_FIRST not in known:
        submit += ["--conf", f"{_CHILD_FIRST}=true"]
        if known.get(PACKAGES) and EXCLUDES not in known:
            submit += ["--conf", f"{EXCLUDES}={sparks_own(spark_jars())}"]
    return launch(
        SPARK_SUBMIT,
        [
            *submit,
            *_more_jars(master, arguments),
            jar if has_libraries and is_local(master) else _resource(master, jar),
            *arguments,
        ],
        driver=driver_settings(known, memory),
        is_on_this_machine=is_on_this_machine(master),
        flags=(
            *(() if is_local(master) else _WITHOUT_IMAGES),
            "-Dlog4j2.configurationFile=vitscale-log4j2.properties",
        ),
        native_mib=native_mib,
        temporary=scratch,
    )


def _more_jars(master: str, arguments: Sequence[str]) -> list[str]:
    """Return the option that sends executors the libraries, and Spark NLP's jar if it is the engine."""
    if is_local(master):
        return []
    jars = [libraries_jar(), *([spark_nlp_jar()] if _SPARK_NLP in arguments else [])]
    return ["--jars", ",".join(_resource(master, str(jar)) for jar in jars)]


def _resource(master: str, jar: str) -> str:
    """Return the jar's URI for the executors.

    Executors on this machine read it in place: sending it, encrypted, would delay their first task by ten
    seconds.
    """
    if is_local(master):
        return _NO_RESOURCE
    return f"local:{jar}" if is_on_this_machine(master) else jar
