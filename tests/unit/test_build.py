"""The build's dependency list for each device: what sbt would ask for, without asking."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOW = ("show sparknlp/libraryDependencies", "show core/libraryDependencies")
DEVICES = {
    None: ("spark-nlp", "onnxruntime"),
    "true": ("spark-nlp-gpu", "onnxruntime_gpu"),
    "onnxruntime": ("spark-nlp", "onnxruntime_gpu"),
}


def sbt(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["./sbtw", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def test_each_device_has_its_artifacts() -> None:
    """One sbt is asked for all of them: to start it takes longer than to answer."""
    commands = []
    for gpu in DEVICES:
        if gpu is not None:
            commands += [f'eval sys.props.put("gpu", "{gpu}")', "reload"]  # what -Dgpu=... does
        commands += SHOW
    answer = sbt(*commands)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    found = re.findall(r"com\.(?:johnsnowlabs\.nlp|microsoft\.onnxruntime):[\w-]+:[\d.]+", answer.stdout)
    assert found == [
        name
        for spark_nlp, onnxruntime in DEVICES.values()
        for name in (
            f"com.johnsnowlabs.nlp:{spark_nlp}:5.5.3",
            f"com.microsoft.onnxruntime:{onnxruntime}:1.28.0",
        )
    ]


def test_an_unknown_device_is_refused() -> None:
    answer = sbt("-Dgpu=yes", *SHOW)
    assert answer.returncode != 0
    assert "use true, false or onnxruntime" in answer.stdout


def test_an_unknown_platform_is_refused() -> None:
    answer = sbt("-Dplatform=solaris-sparc", "spark/assembly")
    assert answer.returncode != 0
    assert "use linux-x86_64, linux-aarch64, macos-aarch64, windows-x86_64 or all" in answer.stdout
