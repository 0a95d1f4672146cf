"""Runs a class of the jar as ``spark-submit`` does, in the place of this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from vitscale.errors import UsageError
from vitscale.jar import jar_path, spark_jars
from vitscale.java import default_heap, find_java, java_flags
from vitscale.master import KINDS, is_local, is_on_this_machine
from vitscale.scratch import scratch_folder

CLASSIFY = "vitscale.job.ClassifyMain"

_WITHOUT_IMAGES = ("-XX:TieredStopAtLevel=1",)
"""A driver whose executors are elsewhere lists, hands out tasks and writes rows: Java's second compiler would
take longer there than its code gains."""
_NO_RESOURCE = "spark-internal"
"""Spark's own word (SparkLauncher.NO_RESOURCE) for "no jar but the class path"."""


def replace_process(
    arguments: Sequence[str], *, master: str, memory: str | None, settings: Sequence[str]
) -> NoReturn:
    """Become the JVM that runs the job, so that signals, exit status and terminal are its own.

    Parameters
    ----------
    arguments : sequence of str
        The job's own arguments.
    master : str
        Spark's master URL.
    memory : str, optional
        The driver's heap, by default half of the machine's memory, 16 GiB at most.
    settings : sequence of str
        Spark settings, each ``KEY=VALUE``.

    Raises
    ------
    UsageError
        If Spark has no such kind of master.
    JavaError
        If there is no Java 17, or the jar was not built.
    """
    if not master.startswith(KINDS):
        raise UsageError(f"--master is {master!r}; expected local[N], spark://HOST:PORT, yarn or k8s://URL.")
    java = find_java()
    command = submit_command(
        arguments, master=master, memory=memory, settings=settings, scratch=scratch_folder()
    )
    environment = _environment(str(java.home), master)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(java.executable, [str(java.executable), *command], environment)


def submit_command(
    arguments: Sequence[str], *, master: str, memory: str | None, settings: Sequence[str], scratch: Path
) -> list[str]:
    """Return what follows ``java`` on the command line.

    The jar is on the driver's class path; where executors are on other machines, Spark sends it to them.
    Java itself knows nothing of ``TMPDIR``: where temporary files go must be told.
    """
    jar = str(jar_path())
    submit = ["--master", master, "--class", CLASSIFY]
    for setting in settings:
        submit += ["--conf", setting]
    return [
        f"-Xmx{memory or default_heap()}",
        *java_flags(),
        *(() if is_local(master) else _WITHOUT_IMAGES),
        f"-Djava.io.tmpdir={scratch}",
        "-Dlog4j2.configurationFile=vitscale-log4j2.properties",
        "-cp",
        _class_path(jar),
        "org.apache.spark.deploy.SparkSubmit",
        *submit,
        _resource(master, jar),
        *arguments,
    ]


def _class_path(jar: str) -> str:
    """Return what Spark's own launcher makes (its AbstractCommandBuilder), with our jar in it."""
    last = map(os.environ.get, ("HADOOP_CONF_DIR", "YARN_CONF_DIR", "SPARK_DIST_CLASSPATH"))
    parts = [os.environ.get("SPARK_CONF_DIR"), jar, f"{spark_jars()}/*", *last]
    return os.pathsep.join(filter(None, parts))


def _resource(master: str, jar: str) -> str:
    """Return how the executors get the jar.

    Those on this machine read it where it is: sent to them, encrypted, it holds up their first task by ten
    seconds.
    """
    if is_local(master):
        return _NO_RESOURCE
    return f"local:{jar}" if is_on_this_machine(master) else jar


def _environment(java_home: str, master: str) -> dict[str, str]:
    """Return the environment with homes of Java and Spark, and a locale in which Java can name every file.

    The settings of another Spark that is installed are kept; its jars are not those that run.
    """
    environment = {**os.environ, "JAVA_HOME": java_home, "SPARK_HOME": str(spark_jars().parent)}
    if "SPARK_HOME" in os.environ:
        environment.setdefault("SPARK_CONF_DIR", str(Path(os.environ["SPARK_HOME"]) / "conf"))
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    if "utf" not in locale.lower():
        environment["LC_ALL"] = "C.UTF-8"
    if is_local(master):
        environment.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    return environment
