"""The environment variables of a JVM: this package's Spark, UTF-8, and none of another installed Spark."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from vitscale.jvm.java import Java
from vitscale.jvm.locales import utf_8_locale
from vitscale.jvm.spark_release import installed_spark, spark_jars
from vitscale.system.user import has_passwd_entry, home_folder, user_name

OF_ANOTHER_SPARK = (
    "CLASSPATH",
    "DEPLOY_MODE",
    "MASTER",
    "PYSPARK_GATEWAY_PORT",
    "PYSPARK_GATEWAY_SECRET",
    "PYSPARK_SUBMIT_ARGS",
    "SPARK_CLASSPATH",
    "SPARK_CONNECT_MODE_ENABLED",
    "SPARK_DAEMON_CLASSPATH",
    "SPARK_DIST_CLASSPATH",
    "SPARK_ENV_LOADED",
    "SPARK_HOME",
    "SPARK_JARS_DIR",
    "SPARK_LAUNCHER_OPTS",
    "SPARK_PREPEND_CLASSES",
    "SPARK_REMOTE",
    "SPARK_SCALA_VERSION",
    "SPARK_SQL_TESTING",
    "SPARK_SUBMIT_OPTS",
    "SPARK_TESTING",
)
"""Variables that would bring in jars, class path, master or JVM of another Spark."""

_WITH_INTENT = ("PYSPARK_SUBMIT_ARGS", "SPARK_DIST_CLASSPATH", "SPARK_SUBMIT_OPTS")
_WITHOUT_EFFECT = (
    "",
    "pyspark-shell",
)  # pyspark's own default
_LIBRARIES = "DYLD_LIBRARY_PATH" if os.uname().sysname == "Darwin" else "LD_LIBRARY_PATH"


def jvm_environment(
    java: Java,
    *,
    is_on_this_machine: bool,
    library_path: str = "",
    environment: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Return the variables of a JVM that runs Spark.

    Parameters
    ----------
    java : Java
        The runtime.
    is_on_this_machine : bool
        Whether all executors are on this machine; then Spark uses loopback and needs no resolvable host name.
    library_path : str
        Folders of native libraries, before those of ``LD_LIBRARY_PATH``.
    environment : mapping of str to str
        Variables of this process.
    """
    made = {name: value for name, value in environment.items() if name not in OF_ANOTHER_SPARK}
    made |= {"JAVA_HOME": str(java.home), "SPARK_HOME": str(spark_jars().parent), "HOME": str(home_folder())}
    locale = utf_8_locale(environment)
    if locale is not None:
        made["LC_ALL"] = locale
    if is_on_this_machine:
        made.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    if not has_passwd_entry():
        made.setdefault("HADOOP_USER_NAME", user_name())
        made.setdefault("SPARK_USER", user_name())
    if library_path:
        made[_LIBRARIES] = os.pathsep.join(filter(None, (library_path, made.get(_LIBRARIES))))
    # oneDNN runs many passes of one thread each; Spark sets the variable of Python workers itself.
    made["OMP_NUM_THREADS"] = "1"
    made.setdefault("PYTHONHASHSEED", "0")  # as in Spark's scripts, for Python workers
    made["SPARK_SCALA_VERSION"] = installed_spark().scala  # a worker needs it to start an executor
    return made


def set_aside(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return a sentence for each setting that has no effect although the user may have meant this Spark."""
    notes = []
    meant = [name for name in _WITH_INTENT if environment.get(name, "") not in _WITHOUT_EFFECT]
    if meant:
        notes.append(
            f"No effect here, because another Spark reads it: {', '.join(meant)}. "
            "Give settings with --conf, vitscale.start(settings=...) or spark-defaults.conf."
        )
    home, conf = environment.get("SPARK_HOME"), environment.get("SPARK_CONF_DIR")
    is_other = home and Path(home).resolve() != spark_jars().parent.resolve()
    if home and is_other and not conf and (Path(home) / "conf" / "spark-defaults.conf").is_file():
        notes.append(
            f"No effect here, because SPARK_HOME is another Spark: the settings of {home}. "
            f"Set SPARK_CONF_DIR={home}/conf to use them."
        )
    if conf and (Path(conf) / "spark-env.sh").is_file():
        notes.append(f"{conf}/spark-env.sh is not run. Export what it sets, e.g. HADOOP_CONF_DIR.")
    return notes
