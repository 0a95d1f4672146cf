"""The environment of a JVM, by what the user's machine has or lacks; nothing here starts one."""

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from vitscale.errors import JavaError, SetupError, UsageError
from vitscale.jvm import environment, handshake, locales, preflight, temporary
from vitscale.jvm.environment import OF_ANOTHER_SPARK, jvm_environment, set_aside
from vitscale.jvm.handshake import require_session, shake_hands
from vitscale.jvm.java import find_java
from vitscale.jvm.launch import launch
from vitscale.jvm.memory import MIB
from vitscale.jvm.preflight import memory_notes, refuse_impossible
from vitscale.jvm.spark_release import spark_jars
from vitscale.jvm.temporary import temporary_folder
from vitscale.system import user
from vitscale.system.cache_folder import cache_folder
from vitscale.system.cgroups import Limit
from vitscale.system.user import home_folder, user_name

NAME_VARIABLES = ("HADOOP_USER_NAME", "SPARK_USER", "USER", "LOGNAME")


@pytest.fixture
def nameless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the name of this process's user away."""
    monkeypatch.setattr(user, "_entry", lambda: None)
    for name in NAME_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def made(**variables: str) -> dict[str, str]:
    return jvm_environment(find_java(), is_on_this_machine=True, environment=variables)


@pytest.mark.parametrize("name", OF_ANOTHER_SPARK)
def test_another_spark_stays_outside(name: str) -> None:
    own = {"SPARK_HOME": str(spark_jars().parent), "SPARK_SCALA_VERSION": "2.12"}
    assert made(**{name: "/opt/other"}).get(name) == own.get(name)


def test_what_belongs_to_the_user_or_the_cluster_stays() -> None:
    kept = {"JDK_JAVA_OPTIONS": "-Dx=1", "HADOOP_CONF_DIR": "/etc/hadoop", "AWS_REGION": "x", "PATH": "/bin"}
    assert made(**kept).items() >= kept.items()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"PYSPARK_SUBMIT_ARGS": "--master yarn pyspark-shell"}, ["reads it: PYSPARK_SUBMIT_ARGS."]),
        ({"PYSPARK_SUBMIT_ARGS": "pyspark-shell"}, []),
        (
            {"SPARK_SUBMIT_OPTS": "-Dx=1", "SPARK_DIST_CLASSPATH": "/x"},
            ["reads it: SPARK_DIST_CLASSPATH, SPARK_SUBMIT_OPTS."],
        ),
        ({"SPARK_HOME": "{folder}"}, ["Set SPARK_CONF_DIR={folder}/conf"]),
        ({"SPARK_HOME": "{folder}", "SPARK_CONF_DIR": "{folder}"}, []),
        ({"SPARK_HOME": str(spark_jars().parent)}, []),
        ({"SPARK_CONF_DIR": "{folder}/conf"}, ["{folder}/conf/spark-env.sh is not run"]),
        ({}, []),
    ],
)
def test_what_has_no_effect_is_said(variables: dict[str, str], expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "spark-defaults.conf").touch()
    (tmp_path / "conf" / "spark-env.sh").touch()
    notes = set_aside({name: value.format(folder=tmp_path) for name, value in variables.items()})
    assert len(notes) == len(expected)
    for note, part in zip(notes, expected, strict=True):
        assert part.format(folder=tmp_path) in note


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"LC_ALL": "C"},
        {"LANG": "C"},
        {"LANG": "xx_YY.UTF-8"},
        {"LC_CTYPE": "de_DE"},
        {"LC_ALL": "C.UTF-8"},
    ],
)
def test_files_are_named_in_utf_8(variables: dict[str, str]) -> None:
    assert made(**variables)["LC_ALL"] == "C.UTF-8"


def test_a_locale_of_the_user_is_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locales, "_is_installed", lambda name: name == "fr_FR.utf8")
    assert locales.utf_8_locale({"LANG": "fr_FR.utf8"}) == "fr_FR.utf8"
    assert locales.utf_8_locale({"LANG": "fr_FR"}) is None


def test_a_user_without_a_name_is_called_by_the_id(nameless: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = launch("org.example.Main", ["one"])
    assert ready.command[-3:] == ("vitscale.hadoop.NamedUserMain", "org.example.Main", "one")
    assert f"-Duser.name={os.geteuid()}" in ready.command
    assert ready.environment["HADOOP_USER_NAME"] == ready.environment["SPARK_USER"] == str(os.geteuid())
    monkeypatch.setenv("HADOOP_USER_NAME", "alice")
    assert user_name() == "alice"


def test_a_user_with_a_name_needs_no_help() -> None:
    ready = launch("org.example.Main", ["one"])
    assert ready.command[-2:] == ("org.example.Main", "one")
    assert not any(word.startswith("-Duser.name") or "NamedUser" in word for word in ready.command)


@pytest.mark.parametrize("home", [None, "", "relative", "{folder}/missing"])
def test_without_a_home_there_is_a_private_one(
    home: str | None, nameless: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME") if home is None else monkeypatch.setenv("HOME", home.format(folder=tmp_path))
    found = home_folder()
    assert found == home_folder() == tmp_path / f"vitscale-home-{os.geteuid()}"
    assert stat.S_IMODE(found.stat().st_mode) == 0o700
    assert f"-Duser.home={found}" in launch("Main", []).command
    assert cache_folder() == found / ".cache" / "vitscale"


def test_a_private_home_that_is_a_strangers_is_not_used(
    nameless: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("HOME")
    (tmp_path / f"vitscale-home-{os.geteuid()}").symlink_to("/etc")
    assert home_folder().parent == tmp_path and not home_folder().is_symlink()


def statvfs_with(flags: int, folder: Path) -> Callable[[str | Path], SimpleNamespace]:
    return lambda path: SimpleNamespace(f_flag=flags if Path(path) == folder else 0)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("missing", "does not exist"),
        ("file", "is not a folder"),
        ("unusable name", "cannot be used (File name too long)"),
        ("noexec", "is mounted noexec"),
        ("read-only", "is not writable"),
        ("full", "has 3 MiB free; 128 MiB are needed"),
    ],
)
def test_another_folder_is_taken_where_libraries_cannot_be_loaded(
    trouble: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "n" * 300 if trouble == "unusable name" else "named"
    folder, other = tmp_path / name, tmp_path / "other"
    other.mkdir()
    folder.touch() if trouble == "file" else None
    folder.mkdir() if trouble in {"noexec", "read-only", "full"} else None
    flags = {"noexec": os.ST_NOEXEC, "read-only": os.ST_RDONLY}.get(trouble, 0)
    monkeypatch.setattr(temporary.os, "statvfs", statvfs_with(flags, folder))
    usage = {folder: 3 * MIB} if trouble == "full" else {}
    monkeypatch.setattr(
        temporary.shutil, "disk_usage", lambda path: SimpleNamespace(free=usage.get(path, 1 << 40))
    )
    monkeypatch.setattr(temporary, "_OTHERS", (str(other),))
    monkeypatch.setenv("TMPDIR", str(folder))
    found = temporary_folder()
    assert found.folder == other
    assert found.note is not None and f"{folder} {reason}" in found.note and str(other) in found.note
    assert launch("Main", []).notes[-1] == found.note
    monkeypatch.setattr(temporary, "_OTHERS", ())
    with pytest.raises(SetupError, match=f"{re.escape(reason)}.*Set TMPDIR to one"):
        temporary_folder()
    assert temporary_folder(home=other).folder == other


def test_temporary_files_go_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert temporary_folder() == temporary.Temporary(tmp_path)
    assert f"-Djava.io.tmpdir={tmp_path}" in launch("Main", []).command


def test_a_cluster_here_needs_a_user_with_a_name(nameless: None) -> None:
    with pytest.raises(SetupError, match=rf"User id {os.geteuid()} has no entry in /etc/passwd"):
        refuse_impossible("spark://127.0.0.1:7077", {})
    refuse_impossible("local[2]", {})


def test_executors_elsewhere_must_find_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight.socket, "gethostname", lambda: "nowhere.invalid")
    for name in ("SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SetupError, match=r"name nowhere.invalid has no address .*Set SPARK_LOCAL_IP"):
        refuse_impossible("yarn", {})
    refuse_impossible("yarn", {"spark.driver.host": "10.0.0.1"})
    refuse_impossible("local[*]", {})
    assert environment.jvm_environment(find_java(), is_on_this_machine=True)["SPARK_LOCAL_IP"]


@pytest.mark.parametrize(("limit_mib", "is_enough"), [(1000, True), (1400, False), (700, False)])
def test_too_little_memory_is_said(limit_mib: int, is_enough: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "memory_limit", lambda: Limit(limit_mib * MIB, "some file"))
    notes = memory_notes(0 if limit_mib == 1000 else 1000)
    assert notes == [] if is_enough else f"may use {limit_mib} MiB (some file)" in notes[0]


def jvm_of(spark: str, scala: str, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return a JVM as py4j shows it, of a session with these versions."""
    context = SimpleNamespace(version=spark)
    monkeypatch.setattr(handshake.SparkContext, "_active_spark_context", context)
    properties = SimpleNamespace(versionNumberString=lambda: scala)
    api = SimpleNamespace(version=lambda: handshake.__version__)
    return SimpleNamespace(
        scala=SimpleNamespace(util=SimpleNamespace(Properties=properties)),
        vitscale=SimpleNamespace(python=SimpleNamespace(PythonApi=api)),
    )


@pytest.mark.parametrize(
    ("spark", "scala", "message"),
    [
        (
            "3.4.4",
            "2.12.17",
            "Spark 3.4.4 with Scala 2.12 is not supported; expected Spark 3.5 with Scala 2.12",
        ),
        ("3.3.0", "2.12.15", "Spark 3.3.0 with Scala 2.12 is not supported"),
        ("5.0.0-SNAPSHOT", "2.13.16", "Spark 5.0.0-SNAPSHOT with Scala 2.13 is not supported"),
        ("3.5.9", "2.13.8", "Spark 3.5.9 with Scala 2.13 is not supported"),
        ("4.0.1", "3.3.1", r"or Spark 4 with Scala 2.13. Install one: pip install"),
    ],
)
def test_another_spark_is_refused_by_its_name(
    spark: str, scala: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(JavaError, match=message):
        shake_hands(jvm_of(spark, scala, monkeypatch))


@pytest.mark.parametrize(
    ("spark", "scala"), [("3.5.1", "2.12.18"), ("3.5.0-amzn-1", "2.12.17"), ("4.0.3", "2.13.16")]
)
def test_both_sparks_are_accepted(spark: str, scala: str, monkeypatch: pytest.MonkeyPatch) -> None:
    jvm = jvm_of(spark, scala, monkeypatch)
    assert shake_hands(jvm) is jvm.vitscale.python.PythonApi


def test_stages_ask_for_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake.SparkContext, "_active_spark_context", None)
    with pytest.raises(UsageError, match=r"No Spark session.*vitscale.start\(\)"):
        require_session()
    monkeypatch.setenv("SPARK_REMOTE", "sc://host")
    with pytest.raises(UsageError, match="SPARK_REMOTE is set, but Spark Connect is not supported"):
        require_session()
