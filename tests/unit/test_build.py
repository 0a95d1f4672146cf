"""The build's dependency list for each device: what sbt would ask for, without asking."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def runtime_dependencies(gpu: str | None) -> set[str]:
    setting = [f"-Dgpu={gpu}"] if gpu else []
    command = ["./sbtw", *setting, "show libraryDependencies"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    found = set(re.findall(r"com\.(?:johnsnowlabs\.nlp|microsoft\.onnxruntime):[\w-]+:[\d.]+", answer.stdout))
    assert found, answer.stdout + answer.stderr
    return found


@pytest.mark.parametrize(
    ("gpu", "spark_nlp", "onnxruntime"),
    [
        (None, "spark-nlp", "onnxruntime"),
        ("true", "spark-nlp-gpu", "onnxruntime_gpu"),
        ("onnxruntime", "spark-nlp", "onnxruntime_gpu"),
    ],
)
def test_each_device_has_its_artifacts(gpu: str | None, spark_nlp: str, onnxruntime: str) -> None:
    assert runtime_dependencies(gpu) == {
        f"com.johnsnowlabs.nlp:{spark_nlp}:5.5.3",
        f"com.microsoft.onnxruntime:{onnxruntime}:1.28.0",
    }


def test_an_unknown_device_is_refused() -> None:
    command = ["./sbtw", "-Dgpu=yes", "show libraryDependencies"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert answer.returncode != 0
    assert "use true, false or onnxruntime" in answer.stdout
