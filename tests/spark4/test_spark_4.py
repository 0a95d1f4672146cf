"""On Spark 4 every front door gives the answers of Spark 3.5, byte for byte."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.spark4.environment import ROOT, spark_4_python, variables

MODEL = ROOT / "scala/src/test/resources/tiny-vit"


@dataclass(frozen=True)
class Spark:
    """One installed Spark, and the folder of its answers."""

    python: Path
    out: Path

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run Python with the package of this checkout."""
        return subprocess.run(
            [self.python, *map(str, arguments)],
            capture_output=True, text=True, timeout=300, check=False, env=variables(),
        )  # fmt: skip

    def done(self, *arguments: str | Path) -> str:
        """Run Python, and return what it printed."""
        answer = self.run(*arguments)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def classify(self, photos: Path, output: Path) -> dict[str, Any]:
        """Run the job, and return its ledger."""
        options = ("--model", MODEL, "--output", output, "--master", "local[2]", "--json", "-")
        ledger: dict[str, Any] = json.loads(self.done("-m", "vitscale", "classify", photos, *options))
        return ledger

    def answers(self, photos: Path, pipelines: tuple[Path, ...] = ()) -> None:
        """Write the answers of all front doors into the folder."""
        script = ROOT / "tests/spark4/front_doors.py"
        self.done(script, MODEL, photos, self.out, self.out / "job", "--", *pipelines)

    def read(self, name: str) -> str:
        """Return one of the answers."""
        return (self.out / name).read_text()


@pytest.fixture(scope="module")
def spark_3(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Spark:
    spark = Spark(Path(sys.executable), tmp_path_factory.mktemp("spark-3"))
    ledger = spark.classify(photos, spark.out / "job")
    assert (ledger["files"], ledger["predicted"], ledger["is_balanced"]) == (12, 12, True)
    spark.answers(photos)
    return spark


@pytest.fixture(scope="module")
def spark_4(spark_3: Spark, photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Spark:
    spark = Spark(spark_4_python(), tmp_path_factory.mktemp("spark-4"))
    ledger = spark.classify(photos, spark.out / "job")
    assert (ledger["files"], ledger["predicted"], ledger["is_balanced"]) == (12, 12, True)
    spark.answers(photos, pipelines=(spark_3.out / "pipeline",))
    return spark


@pytest.mark.parametrize("front_door", ["vit.json", "stage.json", "pipeline-0.json", "job-0.json"])
def test_every_front_door_gives_the_same_answers(front_door: str, spark_3: Spark, spark_4: Spark) -> None:
    expected = spark_3.read(front_door)
    assert len(json.loads(expected)) > 1
    assert spark_4.read(front_door) == expected


def test_a_pipeline_that_was_saved_on_spark_3_loads_on_spark_4(spark_3: Spark, spark_4: Spark) -> None:
    assert spark_4.read("pipeline-1.json") == spark_3.read("pipeline-0.json")


def test_a_job_of_spark_3_resumes_on_spark_4(
    spark_3: Spark, spark_4: Spark, photos: Path, tmp_path: Path
) -> None:
    output = shutil.copytree(spark_3.out / "job", tmp_path / "job")
    before = sorted(file.name for file in output.rglob("*.parquet"))
    ledger = spark_4.classify(photos, output)
    assert (ledger["files"], ledger["predicted"], ledger["is_balanced"]) == (12, 12, True)
    assert sorted(file.name for file in output.rglob("*.parquet")) == before


def test_the_installed_spark_chooses_the_jars(spark_3: Spark, spark_4: Spark) -> None:
    for spark, scala in ((spark_3, "2.12"), (spark_4, "2.13")):
        jars = spark.done("-m", "vitscale", "jars").strip().split(",")
        assert [Path(jar).name for jar in jars] == [f"vitscale_{scala}.jar", "vitscale-libraries.jar"]


def test_spark_nlp_is_refused_with_its_reason(spark_4: Spark, photos: Path, tmp_path: Path) -> None:
    options = ("--model", MODEL, "--output", tmp_path / "out", "--engine", "spark-nlp")
    answer = spark_4.run("-m", "vitscale", "classify", photos, *options)
    assert answer.returncode == 2
    assert "Spark NLP has no release for Scala 2.13 and Spark 4" in answer.stderr.replace("\n", " ")
    assert 'pip install "pyspark==3.5.*"' in answer.stderr.replace("\n", " ")
