"""Builds the command line and the environment of every JVM that this package starts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vitscale.jvm.class_archive import shared_classes
from vitscale.jvm.environment import jvm_environment, set_aside
from vitscale.jvm.jar import all_jars
from vitscale.jvm.java import find_java, java_flags
from vitscale.jvm.memory import default_heap
from vitscale.jvm.native import native_folder
from vitscale.jvm.properties import configuration_folder
from vitscale.jvm.settings import NOTHING_SET, DriverSettings
from vitscale.jvm.spark_release import spark_jars
from vitscale.jvm.temporary import temporary_folder
from vitscale.system.user import existing_home, has_passwd_entry, home_folder, user_name

SPARK_SUBMIT = "org.apache.spark.deploy.SparkSubmit"

_AS_NAMED_USER = "vitscale.hadoop.NamedUserMain"
"""Logs the user in by name if the system has no name, then runs the main class that follows."""


@dataclass(frozen=True)
class Launch:
    """A JVM to start.

    Attributes
    ----------
    command : tuple of str
        Command line; the first word is the program.
    environment : dict of str to str
        All environment variables.
    notes : tuple of str
        Notes for the user, one sentence each.
    temporary : Path
        Folder for temporary files.
    """

    command: tuple[str, ...]
    environment: dict[str, str]
    notes: tuple[str, ...]
    temporary: Path


def launch(
    main: str,
    arguments: Sequence[str],
    *,
    driver: DriverSettings = NOTHING_SET,
    is_on_this_machine: bool = True,
    flags: Sequence[str] = (),
    native_mib: int = 0,
    temporary: Path | None = None,
    configuration: Path | None = None,
    has_jars: bool = True,
) -> Launch:
    """Return a JVM that runs a class of the jar or of Spark.

    Parameters
    ----------
    main : str
        The main class.
    arguments : sequence of str
        Its arguments.
    driver : DriverSettings
        Heap, flags, class path and libraries of the user; flags come last, so that they win.
    is_on_this_machine : bool
        Whether all executors are on this machine.
    flags : sequence of str
        Further flags for Java.
    native_mib : int
        Memory that the model needs outside of the heap, in MiB; 0 if unknown.
    temporary : Path, optional
        Folder for temporary files; by default ``TMPDIR``, or another if no library can be loaded there.
    configuration : Path, optional
        Folder of Spark's settings and log settings, by default that of ``SPARK_CONF_DIR``.
    has_jars : bool
        Whether this package's jar is on the class path. Spark's daemons run without it, because its log
        settings would silence them.

    Raises
    ------
    JavaError
        If there is no Java 17, or the jar is missing.
    SetupError
        If no folder is usable for temporary files.
    """
    java = find_java()
    notes = set_aside()
    if temporary is None:
        found = temporary_folder(existing_home())
        temporary = found.folder
        notes += [found.note] if found.note else []
    classes = class_path(driver.class_path, configuration, has_jars=has_jars)
    archived = shared_classes(java, classes, (*flags, *driver.options)) if has_jars else None
    command = [
        str(java.executable),
        *(archived.flags if archived else ()),
        *_heap(driver, native_mib),
        *java_flags(),
        f"-Duser.home={home_folder()}",
        f"-Djava.io.tmpdir={temporary}",
        f"-Dorg.bytedeco.javacpp.cachedir={native_folder(temporary)}",
        *(() if has_passwd_entry() else (f"-Duser.name={user_name()}",)),
        *flags,
        *driver.options,
        "-cp",
        archived.class_path if archived else classes,
        *(() if has_passwd_entry() else (_AS_NAMED_USER,)),
        main,
        *arguments,
    ]
    environment = jvm_environment(
        java, is_on_this_machine=is_on_this_machine, library_path=driver.library_path
    )
    return Launch(tuple(command), environment, tuple(notes), temporary)


def class_path(more: str = "", configuration: Path | None = None, *, has_jars: bool = True) -> str:
    """Return Spark's class path with this package's jars before Spark's own.

    The order is that of Spark's launcher (``org.apache.spark.launcher.AbstractCommandBuilder``).

    Parameters
    ----------
    more : str
        Entries after these jars, separated by colons.
    configuration : Path, optional
        Folder of Spark's settings, by default that of ``SPARK_CONF_DIR``.
    has_jars : bool
        Whether to include this package's jars.
    """
    jars = [str(jar) for jar in all_jars()] if has_jars else []
    conf = configuration or configuration_folder()
    own = [entry for entry in more.split(os.pathsep) if entry not in jars]
    hadoop = map(os.environ.get, ("HADOOP_CONF_DIR", "YARN_CONF_DIR"))
    parts = [str(conf) if conf.is_dir() else None, *jars, *own, f"{spark_jars()}/*", *hadoop]
    return os.pathsep.join(filter(None, parts))


def _heap(driver: DriverSettings, native_mib: int) -> tuple[str, ...]:
    if driver.has_own_heap:
        return ()
    return (f"-Xmx{driver.heap or default_heap(native_mib)}",)
