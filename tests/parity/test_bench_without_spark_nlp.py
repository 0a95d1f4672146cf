"""The JVM benchmark of the project's own engine where the extra `sparknlp` is not installed."""

import json
import os
import subprocess
from pathlib import Path

import pyspark
import pytest
from vitscale.jvm.jar import engine_jars, jar_path
from vitscale.jvm.java import find_java


def run(*options: str, images: Path, model: Path, output: Path) -> subprocess.CompletedProcess[str]:
    jars = [*engine_jars(), jar_path().with_name("vitscale-bench_2.12.jar")]
    spark = Path(pyspark.__file__).parent / "jars" / "*"
    command = [str(find_java().executable), "-cp", os.pathsep.join(map(str, [*jars, spark]))]
    command += ["vitscale.bench.BenchmarkMain", "--images", str(images), "--model", str(model)]
    command += ["--batch-size", "2", "--iterations", "1", "--output", str(output), *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)


@pytest.mark.parametrize("backend", ["vitscale", "forward"])
def test_the_engine_is_measured(backend: str, photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    done = run("--backend", backend, images=photos, model=tiny_model, output=tmp_path / "r.json")
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "r.json").read_text())
    assert results["benchmarks"][0]["samples_per_sec"]["median"] > 0
    assert results["benchmarks"][0]["runs"][0]["runtime"].startswith(("oneDNN 3", "ONNX Runtime 1"))
    assert "spark-nlp" not in results["environment"]["versions"]
