"""The libraries of table formats: one list for messages, commands, the build and the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner
from vitscale.cli import app
from vitscale.jvm.table_libraries import table_libraries
from vitscale.jvm.user_packages import sparks_own

ROOT = Path(__file__).parents[2]
TEXTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("examples/**/*.py"),
    *ROOT.glob("deploy/**/*.*"),
]
COORDINATE = re.compile(r"(?:io\.delta|org\.apache\.iceberg):[\w.-]+:[\w.]+")


def printed(tmp_path: Path, spark: str, *options: str) -> tuple[int, str]:
    """Return the exit status and the answer of ``vitscale jars`` for a Spark."""
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / f"spark-core_{'2.12' if spark.startswith('3') else '2.13'}-{spark}.jar").touch()
    answer = CliRunner().invoke(app, ["jars", "--spark-home", str(tmp_path), *options])
    return answer.exit_code, answer.stdout.strip() or str(answer.exception)


@pytest.mark.parametrize(
    ("table_format", "spark", "library"),
    [
        ("delta", "3.5.9", "io.delta:delta-spark_2.12:3.3.2"),
        ("delta", "4.0.3", "io.delta:delta-spark_2.13:4.0.1"),
        ("delta", "4.1.4", "io.delta:delta-spark_4.1_2.13:4.4.0"),
        ("delta", "4.2.1", "io.delta:delta-spark_4.2_2.13:4.4.0"),
        ("iceberg", "3.5.0", "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0"),
        ("iceberg", "4.1.0", "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.11.0"),
    ],
)
def test_jars_prints_the_library_of_a_table_format(
    table_format: str, spark: str, library: str, tmp_path: Path
) -> None:
    assert printed(tmp_path, spark, "--package", table_format) == (0, library)


@pytest.mark.parametrize(
    ("options", "spark", "message"),
    [
        (
            ("--package", "delta"),
            "4.3.0",
            "No library of delta is known for Spark 4.3.0. Use Spark 3.5, 4.0, 4.1, 4.2,",
        ),
        (("--package", "delta"), "4.20.0", "known for Spark 4.20.0"),
        (("--package", "iceberg"), "4.2.0", "Use Spark 3.5, 4.0, 4.1, or add"),
        (("--package", "hudi"), "4.0.0", "The table format is hudi; expected delta or iceberg."),
    ],
)
def test_an_unknown_library_is_one_line(
    options: tuple[str, ...], spark: str, message: str, tmp_path: Path
) -> None:
    status, text = printed(tmp_path, spark, *options)
    assert status != 0
    assert message in text and "\n" not in text


def test_the_scala_version_does_not_choose_a_library() -> None:
    answer = CliRunner().invoke(app, ["jars", "--scala", "2.13", "--package", "delta"])
    assert "give --spark-home" in str(answer.exception)


def test_the_guide_has_the_whole_list() -> None:
    guide = (ROOT / "docs/guides/tables.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\.\d), Scala [\d.]+ \| ([^|]+) \| ([^|]+) \|$", guide, re.MULTILINE)
    shown = {
        table_format: {row[0]: row[place].strip(" `") for row in rows if row[place].startswith("`")}
        for place, table_format in ((1, "delta"), (2, "iceberg"))
    }
    assert shown == table_libraries()


def test_every_text_names_libraries_of_the_list() -> None:
    known = {coordinate for libraries in table_libraries().values() for coordinate in libraries.values()}
    named = {found for text in TEXTS for found in COORDINATE.findall(text.read_text(encoding="utf-8"))}
    assert named and named <= known


def test_the_libraries_of_sparks_installation_are_its_own(tmp_path: Path) -> None:
    for jar in (
        "hadoop-client-api-3.4.2.jar",
        "jackson-core-2.20.0.jar",
        "log4j-1.2-api-2.24.3.jar",
        "guava-33.4.0-jre.jar",
        "zstd-jni-1.5.7-6.jar",
        "scala-library-2.13.17.jar",
        "spark-core_2.13-4.1.4.jar",
        "notes.txt",
    ):
        (tmp_path / jar).touch()
    assert sparks_own(tmp_path).split(",") == [
        "*:guava",
        "*:hadoop-client-api",
        "*:jackson-core",
        "*:log4j-1.2-api",
        "*:scala-library",
        "*:spark-core_2.13",
        "*:zstd-jni",
    ]
