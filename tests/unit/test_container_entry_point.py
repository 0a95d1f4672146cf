"""The image's entry point: Spark's contract on Kubernetes, any user id, any folder for temporary files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from vitscale.errors import SetupError
from vitscale.jvm import container
from vitscale.jvm.container import command_line, environment
from vitscale.jvm.spark_release import spark_jars
from vitscale.jvm.temporary import Temporary

SPARK = {"SPARK_HOME": "/opt/spark", "JAVA_HOME": "/opt/java", "SPARK_CONF_DIR": "/opt/spark/conf"}
EXECUTOR = {
    "SPARK_DRIVER_URL": "spark://CoarseGrainedScheduler@10.0.0.1:7078",
    "SPARK_EXECUTOR_ID": "7",
    "SPARK_EXECUTOR_CORES": "4",
    "SPARK_EXECUTOR_MEMORY": "2752m",
    "SPARK_APPLICATION_ID": "spark-c0ffee",
    "SPARK_EXECUTOR_POD_IP": "10.0.0.2",
    "SPARK_RESOURCE_PROFILE_ID": "0",
    "SPARK_EXECUTOR_POD_NAME": "classify-exec-7",
}


def class_text(name: str) -> str:
    """Return the constants of a class of Spark's Kubernetes module, as text."""
    (jar,) = spark_jars().glob("spark-kubernetes_*.jar")
    with ZipFile(jar) as archive:
        return archive.read(name).decode("latin-1")


def test_an_executor_has_the_command_line_of_sparks_image() -> None:
    """In the order of ``entrypoint.sh`` of Spark's own image; its Java options are numbered."""
    flags = {f"SPARK_JAVA_OPT_{number}": f"-Dflag={number} a" for number in range(11)}
    assert command_line(["executor"], {**SPARK, **EXECUTOR, **flags, "SPARK_CLASSPATH": "/more/*"}) == [
        "/opt/java/bin/java",
        *(f"-Dflag={number} a" for number in range(11)),
        "-Xms2752m",
        "-Xmx2752m",
        "-cp",
        f"/opt/spark/conf:/more/*:/opt/spark/jars/*:{Path.cwd()}",
        "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend",
        *("--driver-url", "spark://CoarseGrainedScheduler@10.0.0.1:7078"),
        *("--executor-id", "7"),
        *("--cores", "4"),
        *("--app-id", "spark-c0ffee"),
        *("--hostname", "10.0.0.2"),
        *("--resourceProfileId", "0"),
        *("--podName", "classify-exec-7"),
    ]


def test_spark_knows_every_variable_and_option() -> None:
    """Names are those of the installed Spark: its constants, and what its executor parses."""
    constants = class_text("org/apache/spark/deploy/k8s/Constants$.class")
    named = set(EXECUTOR) | {"SPARK_JAVA_OPT_", "SPARK_CLASSPATH", "SPARK_DRIVER_BIND_ADDRESS"}
    assert {name for name in named if name not in constants} == set()
    parsed = class_text("org/apache/spark/scheduler/cluster/k8s/KubernetesExecutorBackend$.class")
    made = command_line(["executor"], {**SPARK, **EXECUTOR})
    assert {word for word in made if word.startswith("--")} <= set(re.findall(r"--[a-zA-Z-]+", parsed))


def test_a_driver_is_submitted_in_its_own_pod() -> None:
    given = [
        "--properties-file",
        "/opt/spark/conf/spark.properties",
        "--class",
        "Main",
        "local:///a.jar",
        "x",
    ]
    made = command_line(["driver", *given], {**SPARK, "SPARK_DRIVER_BIND_ADDRESS": "10.0.0.1"})
    assert made == [
        *("/opt/spark/bin/spark-submit", "--deploy-mode", "client"),
        *("--conf", "spark.driver.bindAddress=10.0.0.1"),
        *("--conf", "spark.executorEnv.SPARK_DRIVER_POD_IP=10.0.0.1"),
        *given,
    ]


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ([], ["vitscale", "--help"]),
        (["classify", "/photos"], ["vitscale", "classify", "/photos"]),
        (["env"], ["vitscale", "env"]),  # also a program of the system
        (["--version"], ["vitscale", "--version"]),
        (["spark-submit", "a.jar"], ["spark-submit", "a.jar"]),
        (["pyspark"], ["pyspark"]),
        (["bash", "-c", "id"], ["bash", "-c", "id"]),
        (["python", "job.py"], ["python", "job.py"]),
        (["/usr/bin/id"], ["/usr/bin/id"]),
        (
            ["worker", "spark://master:7077"],
            ["/opt/spark/bin/spark-class", "org.apache.spark.deploy.worker.Worker", "spark://master:7077"],
        ),
    ],
)
def test_the_first_argument_chooses_the_program(arguments: list[str], command: list[str]) -> None:
    assert command_line(arguments, SPARK) == command


@pytest.mark.parametrize("missing", EXECUTOR)
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(SetupError, match=f"variable {missing}, which is not set"):
        command_line(["executor"], {**SPARK, **EXECUTOR, missing: ""})


def test_a_folder_for_temporary_files_is_passed_to_java(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(container, "existing_home", lambda: None)
    found = Temporary(tmp_path, "/tmp is mounted noexec")
    monkeypatch.setattr(container, "temporary_folder", lambda home, more: found)
    made = environment({"JDK_JAVA_OPTIONS": "-Xss4m", "SPARK_LOCAL_DIRS": "/var/data/a,/var/data/b"})
    assert made["TMPDIR"] == str(tmp_path)
    home = made["HOME"]
    assert Path(home).parent == tmp_path
    # Options of the user come last, so that they win.
    assert made["JDK_JAVA_OPTIONS"] == f"-Djava.io.tmpdir={tmp_path} -Duser.home={home} -Xss4m"
    assert "noexec" in capsys.readouterr().err


def test_an_executors_volume_is_used_where_the_others_hold_no_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitscale.jvm.temporary._OTHERS", (str(tmp_path / "missing"),))
    monkeypatch.delenv("TMPDIR", raising=False)
    made = environment({"SPARK_LOCAL_DIRS": f"{tmp_path / 'also-missing'},{tmp_path}"})
    assert made["TMPDIR"] == str(tmp_path)


def test_no_usable_folder_gives_a_remedy_for_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitscale.jvm.temporary._OTHERS", ("/proc",))
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(container, "existing_home", lambda: None)
    with pytest.raises(SetupError, match=r"docker run --tmpfs /tmp:exec"):
        environment({})


@pytest.fixture
def folder_of_everyone() -> Iterator[Path]:
    """A temporary folder that every user may write to, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_it_runs_as_another_user_without_a_home(folder_of_everyone: Path) -> None:
    """As root, the process gets a user id without a name; else it keeps its own."""
    user = 54321 if os.geteuid() == 0 else os.geteuid()
    # The modules are loaded before, because another user may not read this Python's folder.
    become = f"import os; from vitscale.jvm.container import main; os.setuid({user}); main()"
    done = subprocess.run(
        [sys.executable, "-c", become, "sh", "-c", "id -u; env"],
        env={"TMPDIR": str(folder_of_everyone), "HOME": "/proc", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    first, *lines = done.stdout.splitlines()
    assert first == str(user)
    variables = dict(line.split("=", 1) for line in lines)
    assert variables["HOME"] == str(folder_of_everyone / f"vitscale-home-{user}")
    assert f"-Duser.home={variables['HOME']}" in variables["JDK_JAVA_OPTIONS"]
    assert variables["SPARK_WORKER_DIR"] == str(folder_of_everyone / "work")


def test_a_user_id_without_a_name_gets_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "has_passwd_entry", lambda: False)
    monkeypatch.setattr(container, "_WRAPPERS", ("bin/env",))  # any file in the place of the library
    made = environment({"TMPDIR": str(tmp_path), "SPARK_USER_NAME": "jane", "HOME": "/home/jane"})
    assert made["LD_PRELOAD"] == "/usr/bin/env"
    (line,) = Path(made["NSS_WRAPPER_PASSWD"]).read_text().splitlines()
    assert line.split(":")[:3] == ["jane", "x", str(os.geteuid())]
