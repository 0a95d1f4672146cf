"""Entry point of the container image: ``python -m vitscale.jvm.container ARGUMENTS``.

The first argument chooses what runs. ``driver`` and ``executor`` are what Spark on Kubernetes passes to an
image; their other inputs are environment variables, whose names are in
``org.apache.spark.deploy.k8s.Constants``. ``master`` and ``worker`` start a daemon of a standalone cluster. A
program of Spark, Python or a shell runs as it is. All other arguments are those of ``vitscale``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from vitscale.errors import SetupError, VitscaleError
from vitscale.jvm.temporary import temporary_folder
from vitscale.system.user import existing_home, has_passwd_entry, private_folder

_EXECUTOR = "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend"
_DAEMONS = {
    "master": "org.apache.spark.deploy.master.Master",
    "worker": "org.apache.spark.deploy.worker.Worker",
}
_PROGRAM = re.compile(r".*/.*|(ba)?sh|python3?|(py)?spark(-[a-z]+)?", re.DOTALL)
_EXECUTOR_OPTIONS = {
    "--driver-url": "SPARK_DRIVER_URL",
    "--executor-id": "SPARK_EXECUTOR_ID",
    "--cores": "SPARK_EXECUTOR_CORES",
    "--app-id": "SPARK_APPLICATION_ID",
    "--hostname": "SPARK_EXECUTOR_POD_IP",
    "--resourceProfileId": "SPARK_RESOURCE_PROFILE_ID",
    "--podName": "SPARK_EXECUTOR_POD_NAME",
}
_REMEDY = "Or mount one: docker run --tmpfs /tmp:exec; on Kubernetes, an emptyDir at /tmp."
_JAVA_OPTION = "SPARK_JAVA_OPT_"
_WRAPPERS = ("lib/*/libnss_wrapper.so", "lib64/libnss_wrapper.so")


def main() -> None:
    """Replace this process by the program that the arguments name."""
    try:
        variables = environment(os.environ)
        if sys.argv[1:2] == ["executor"] and not os.access(Path.cwd(), os.W_OK):
            os.chdir(variables["TMPDIR"])  # an executor downloads jars and files to its working folder
        command = command_line(sys.argv[1:], variables)
    except VitscaleError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    os.execvpe(command[0], command, variables)


def command_line(arguments: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """Return the command line to run.

    Parameters
    ----------
    arguments : sequence of str
        Arguments of the container.
    variables : mapping of str to str
        Environment variables; ``SPARK_HOME`` and ``JAVA_HOME`` are those of the image.

    Raises
    ------
    SetupError
        If the variables lack one that a driver or an executor needs.
    """
    first, *rest = arguments or ["--help"]
    if first == "driver":
        address = _required(variables, "SPARK_DRIVER_BIND_ADDRESS", first)
        submit = [f"{variables['SPARK_HOME']}/bin/spark-submit", "--deploy-mode", "client"]
        for key in ("spark.driver.bindAddress", "spark.executorEnv.SPARK_DRIVER_POD_IP"):
            submit += ["--conf", f"{key}={address}"]
        return [*submit, *rest]
    if first == "executor":
        return _executor(variables)
    if first in _DAEMONS:
        return [f"{variables['SPARK_HOME']}/bin/spark-class", _DAEMONS[first], *rest]
    return [first, *rest] if _PROGRAM.fullmatch(first) else ["vitscale", first, *rest]


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables with which Java runs under any user id and with any temporary folder.

    Parameters
    ----------
    variables : mapping of str to str
        Environment variables of the container.

    Returns
    -------
    dict of str to str
        The same variables; with another folder for temporary files if no library can be loaded from ``/tmp``,
        and with a name for a user id that ``/etc/passwd`` lacks.

    Raises
    ------
    SetupError
        If no folder is usable for temporary files.
    """
    home = existing_home()
    # Volumes of an executor: Spark on Kubernetes mounts one for its shuffle files.
    local = [Path(folder) for folder in variables.get("SPARK_LOCAL_DIRS", "").split(",") if folder]
    try:
        found = temporary_folder(home, more=local)
    except SetupError as error:
        raise SetupError(f"{error} {_REMEDY}") from error
    if found.note:
        print(found.note, file=sys.stderr)
    made = dict(variables)
    made["TMPDIR"] = str(found.folder)
    options = [f"-Djava.io.tmpdir={found.folder}"] if found.folder != Path("/tmp") else []
    if home is None or not os.access(home, os.W_OK):
        made["HOME"] = str(private_folder("vitscale-home", found.folder))
        options.append(f"-Duser.home={made['HOME']}")  # Java reads the one of /etc/passwd
    if options:
        made["JDK_JAVA_OPTIONS"] = " ".join([*options, *filter(None, [made.get("JDK_JAVA_OPTIONS")])])
    made.setdefault("SPARK_WORKER_DIR", f"{found.folder}/work")  # Spark's own is below SPARK_HOME
    if not has_passwd_entry():
        made |= _named_user(found.folder, made)
    return made


def _executor(variables: Mapping[str, str]) -> list[str]:
    """Return the command line of an executor, in the order of ``entrypoint.sh`` of Spark's image."""
    memory = _required(variables, "SPARK_EXECUTOR_MEMORY", "executor")
    numbered = [name for name in variables if re.fullmatch(rf"{_JAVA_OPTION}\d+", name)]
    flags = [variables[name] for name in sorted(numbered, key=lambda name: int(name[len(_JAVA_OPTION) :]))]
    names = ("SPARK_CONF_DIR", "HADOOP_CONF_DIR", "SPARK_CLASSPATH")
    after = ("SPARK_EXTRA_CLASSPATH", "SPARK_DIST_CLASSPATH")
    entries = [
        *(variables.get(name) for name in names),
        f"{variables['SPARK_HOME']}/jars/*",
        *(variables.get(name) for name in after),
        str(Path.cwd()),  # files of --files and --archives (SPARK-43540)
    ]
    options = [
        word
        for option, name in _EXECUTOR_OPTIONS.items()
        for word in (option, _required(variables, name, "executor"))
    ]
    return [
        f"{variables['JAVA_HOME']}/bin/java",
        *flags,
        f"-Xms{memory}",
        f"-Xmx{memory}",
        "-cp",
        os.pathsep.join(filter(None, entries)),
        _EXECUTOR,
        *options,
    ]


def _required(variables: Mapping[str, str], name: str, role: str) -> str:
    value = variables.get(name)
    if not value:
        raise SetupError(
            f"The {role} needs the environment variable {name}, which is not set. Spark sets it when it "
            f"starts a pod. Start the {role} with spark-submit --master k8s://URL."
        )
    return value


def _named_user(folder: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which the C library finds a name for this user id.

    Hadoop needs a name. ``libnss_wrapper`` reads it from a file, because ``/etc/passwd`` is often read-only.
    """
    library = next((found for pattern in _WRAPPERS for found in Path("/usr").glob(pattern)), None)
    if library is None:
        return {}
    passwd = folder / f"passwd-{os.geteuid()}"
    name, home = variables.get("SPARK_USER_NAME", "spark"), variables.get("HOME", "/")
    passwd.write_text(f"{name}:x:{os.geteuid()}:{os.getegid()}::{home}:/usr/sbin/nologin\n")
    return {
        "LD_PRELOAD": os.pathsep.join(filter(None, [str(library), variables.get("LD_PRELOAD")])),
        "NSS_WRAPPER_PASSWD": str(passwd),
        "NSS_WRAPPER_GROUP": "/etc/group",
    }


if __name__ == "__main__":
    main()
