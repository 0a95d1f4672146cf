"""The installed Spark by the names of its jars, and the jars of this package that it chooses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner
from vitscale.cli import app
from vitscale.errors import JavaError
from vitscale.jvm import spark_release
from vitscale.jvm.spark_release import SparkRelease, release_in, spark_jars


def spark_of(folder: Path, core: str) -> Path:
    """Return an installation of Spark with this jar."""
    (folder / "jars").mkdir(parents=True)
    (folder / "jars" / core).touch()
    return folder


@pytest.mark.parametrize(
    ("core", "version", "scala"),
    [
        ("spark-core_2.12-3.5.9.jar", "3.5.9", "2.12"),
        ("spark-core_2.12-3.5.0-amzn-1.jar", "3.5.0-amzn-1", "2.12"),
        ("spark-core_2.13-4.3.0.jar", "4.3.0", "2.13"),
    ],
)
def test_the_name_of_sparks_own_jar_has_both_versions(
    core: str, version: str, scala: str, tmp_path: Path
) -> None:
    found = release_in(spark_of(tmp_path, core) / "jars")
    assert found == SparkRelease(version, scala)
    found.require_supported()


def test_a_folder_without_spark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JavaError, match=f"{tmp_path} holds no spark-core jar"):
        release_in(tmp_path)


@pytest.mark.parametrize("layout", ["pip", "SPARK_HOME", "zip"])
def test_the_jars_are_in_pyspark_or_in_its_installation(
    layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {
        "pip": ("site-packages/pyspark", "site-packages/pyspark/jars"),
        "SPARK_HOME": ("python/pyspark", "jars"),
        "zip": ("python/lib/pyspark.zip/pyspark", "jars"),
    }
    package, jars = (tmp_path / place for place in places[layout])
    jars.mkdir(parents=True)
    origin = type("Spec", (), {"origin": str(package / "__init__.py")})
    monkeypatch.setattr(spark_release, "find_spec", lambda _: origin)
    assert spark_jars() == jars


def printed(*options: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["jars", *options])
    return answer.exit_code, answer.stdout or str(answer.exception)


@pytest.mark.parametrize("scala", ["2.12", "2.13"])
def test_jars_are_printed_for_each_scala(scala: str, tmp_path: Path) -> None:
    home = spark_of(tmp_path, f"spark-core_{scala}-{'3.5.9' if scala == '2.12' else '4.0.3'}.jar")
    for options in (("--scala", scala), ("--spark-home", str(home))):
        status, text = printed(*options)
        names = [Path(jar).name for jar in text.strip().split(",")]
        assert (status, names) == (0, [f"vitscale_{scala}.jar", "vitscale-libraries.jar"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--scala", "2.11"), "--scala is 2.11; expected 2.12 or 2.13"),
        (("--scala", "2.12", "--spark-home", "/opt"), "remove one of them"),
    ],
)
def test_wrong_options_of_jars_are_refused(options: tuple[str, ...], message: str) -> None:
    status, text = printed(*options)
    assert status != 0 and message in text


def test_an_old_spark_gets_no_jars(tmp_path: Path) -> None:
    status, text = printed("--spark-home", str(spark_of(tmp_path, "spark-core_2.12-3.4.4.jar")))
    assert status != 0 and "Spark 3.4.4 with Scala 2.12 is not supported" in text
