"""Settings of the driver's JVM act in the order of spark-submit, or are refused; none is ignored."""

from pathlib import Path

import pytest
from vitscale.errors import UsageError
from vitscale.jvm import settings as jvm_settings
from vitscale.jvm.gateway import gateway_launch
from vitscale.jvm.jar import all_jars, session_jars
from vitscale.jvm.properties import parse
from vitscale.jvm.settings import all_settings, driver_settings, parsed, size
from vitscale.jvm.spark_submit import chosen_master, submission

VARIABLES = (
    "SPARK_CONF_DIR",
    "SPARK_DRIVER_MEMORY",
    "SPARK_HOME",
    "SPARK_MEM",
    "JDK_JAVA_OPTIONS",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
)

JARS = [str(jar) for jar in session_jars()]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def write_defaults(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "spark-defaults.conf").write_text(text)
    monkeypatch.setenv("SPARK_CONF_DIR", str(folder))


def heap_of(command: tuple[str, ...]) -> list[str]:
    return [word for word in command if word.startswith("-Xmx")]


def job(*settings: str, memory: str | None = None) -> tuple[str, ...]:
    return submission(
        [], master="local[1]", memory=memory, settings=settings, scratch=Path("/scratch")
    ).command


FILE = "spark.driver.memory 600m"
CONF = "spark.driver.memory=700m"


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (("500m", FILE, CONF, "800m"), "-Xmx800m"),
        (("500m", FILE, CONF, None), "-Xmx700m"),
        (("500m", FILE, None, None), "-Xmx600m"),
        (("500m", "", None, None), "-Xmx500m"),
        ((None, "", "spark.driver.memory=2048", None), "-Xmx2g"),
    ],
)
def test_the_first_that_names_a_heap_wins(
    named: tuple[str | None, str, str | None, str | None],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variable, file, conf, memory = named
    write_defaults(tmp_path, file, monkeypatch)
    if variable is not None:
        monkeypatch.setenv("SPARK_DRIVER_MEMORY", variable)
    given = [conf] if conf else []
    assert heap_of(job(*given, memory=memory)) == [expected]
    asked = {**parsed(given), **({"spark.driver.memory": memory} if memory else {})}
    assert heap_of(gateway_launch(asked).command) == [expected]


def test_a_heap_in_javas_own_variable_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-Dx=1 -Xmx900m")
    assert heap_of(job()) == []
    assert heap_of(job(memory="700m")) == ["-Xmx700m"]


def test_flags_class_path_and_libraries_reach_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/theirs")
    write_defaults(tmp_path, "spark.driver.defaultJavaOptions -Da=1 -Db=1\n", monkeypatch)
    settings = {
        "spark.driver.extraJavaOptions": "-Db=2 '-Dc=two words'",
        "spark.driver.extraClassPath": "/x/extra.jar:/y/*",
        "spark.driver.extraLibraryPath": "/native",
    }
    ready = submission(
        [],
        master="local[1]",
        memory=None,
        settings=[f"{key}={value}" for key, value in settings.items()],
        scratch=tmp_path,
    )
    for made in (ready, gateway_launch(settings)):
        command = list(made.command)
        flags = command[: command.index("-cp")]
        assert [flag for flag in flags if flag[:4] in ("-Da=", "-Db=", "-Dc=")] == [
            "-Da=1",
            "-Db=1",
            "-Db=2",
            "-Dc=two words",
        ]
        classes = command[command.index("-cp") + 1].split(":")
        jars = [str(jar) for jar in all_jars()]
        assert classes[: len(jars) + 3] == [str(tmp_path), *jars, "/x/extra.jar", "/y/*"]
        assert made.environment["LD_LIBRARY_PATH"] == "/native:/theirs"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"spark.driver.memory": "much"}, "spark.driver.memory is 'much'; expected a size of memory"),
        ({"spark.driver.memory": "0"}, "spark.driver.memory is '0'"),
        ({"spark.driver.extraJavaOptions": "-Xmx2g"}, "extraJavaOptions has -Xmx2g.*spark.driver.memory"),
        ({"spark.driver.defaultJavaOptions": "-Xmx2g"}, "defaultJavaOptions has -Xmx2g"),
        ({"spark.driver.extraJavaOptions": "-Da='b"}, "No closing quotation. Close its quotes"),
        ({"spark.submit.deployMode": "cluster"}, "deployMode is cluster; expected client"),
    ],
)
def test_what_cannot_act_is_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        job(*(f"{key}={value}" for key, value in settings.items()))
    with pytest.raises(UsageError, match=message):
        gateway_launch(settings)


@pytest.mark.parametrize("setting", ["spark.driver.memory", "=1", ""])
def test_a_setting_has_a_key_and_a_value(setting: str) -> None:
    with pytest.raises(UsageError, match="expected KEY=VALUE"):
        job(setting)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("700m", "700m"), ("2g", "2g"), ("2GB", "2g"), ("1024", "1g"), ("1048576k", "1g"), ("1t", "1024g")],
)
def test_sizes_are_read_as_spark_reads_them(text: str, expected: str) -> None:
    assert size(text, "it") == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (("local[3]", ["spark.master=local[2]"], "spark.master local[1]"), "local[3]"),
        ((None, ["spark.master=local[2]"], "spark.master local[1]"), "local[2]"),
        ((None, [], "spark.master local[1]"), "local[1]"),
        ((None, [], ""), "local[*]"),
    ],
)
def test_the_master_comes_from_the_first_that_names_one(
    named: tuple[str | None, list[str], str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    option, conf, file = named
    write_defaults(tmp_path, file, monkeypatch)
    assert chosen_master(option, conf) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", {"a": "b"}),
        ("a=b\nc: d\n  e\tf g ", {"a": "b", "c": "d", "e": "f g"}),
        ("# a b\n! c d\n\n", {}),
        ("a = b = c", {"a": "b = c"}),
        ("a -Dx=1 \\\n   -Dy=2", {"a": "-Dx=1 -Dy=2"}),
        ("a\\ b c", {"a b": "c"}),
        ("a C:\\\\x\\u00e9", {"a": "C:\\xé"}),
        ("a b\\\\\nc d", {"a": "b\\", "c": "d"}),
        ("alone\r\nother 1", {"alone": "", "other": "1"}),
    ],
)
def test_defaults_are_read_as_java_reads_properties(text: str, expected: dict[str, str]) -> None:
    assert parse(text) == expected


def test_defaults_that_may_not_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spark-defaults.conf").mkdir()
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    with pytest.raises(UsageError, match=r"spark-defaults.conf cannot be read"):
        all_settings({})


def test_the_settings_of_this_packages_own_spark_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "spark-defaults.conf").write_text("spark.driver.memory 640m")
    monkeypatch.setattr("vitscale.jvm.properties.spark_jars", lambda: tmp_path / "jars")
    assert driver_settings(all_settings({})).heap == "640m"
    assert jvm_settings.NOTHING_SET.heap is None


@pytest.mark.parametrize(
    ("master", "key", "expected"),
    [
        ("local[2]", "spark.jars", "theirs.jar"),
        ("yarn", "spark.jars", ",".join([*JARS, "theirs.jar"])),
        (
            "spark://127.0.0.1:7077",
            "spark.executor.extraClassPath",
            ":".join([*JARS, "theirs.jar"]),
        ),
    ],
)
def test_executors_get_the_jar_beside_the_users(master: str, key: str, expected: str) -> None:
    command = gateway_launch({"spark.master": master, key: "theirs.jar"}).command
    assert f"{key}={expected}" in command
    assert any("spark.executorEnv.LC_ALL=C.UTF-8" in word for word in command) is not master.startswith(
        "local"
    )
