"""Spark NLP's TensorFlow engine, from the exporter to the results: it agrees with the ONNX engine."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from vitscale.models.export.run import export
from vitscale.results.document import load_results
from vitscale.results.schema import BenchmarkSuite

VITSCALE = Path(sys.executable).with_name("vitscale")
BACKENDS = [
    "spark-nlp",
    "spark-nlp:bridge=py4j,engine=tensorflow",
    "spark-nlp:engine=tensorflow,onednn=true,threads=1",
]


@pytest.fixture(scope="module")
def model(tiny_model: Path, tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model with a SavedModel beside its ONNX file, made in TensorFlow's own environment."""
    copy = tmp_path_factory.mktemp("tensorflow") / "tiny-vit"
    shutil.copytree(tiny_model, copy)
    report = export(str(tiny_checkpoint), copy, engine="tensorflow")
    assert report.graph_path == copy / "tensorflow" / "fp32" / "saved_model.pb"
    assert 0 < report.max_logit_difference < 1e-4
    return copy


@pytest.fixture(scope="module")
def suite(model: Path, photos: Path, tmp_path_factory: pytest.TempPathFactory) -> BenchmarkSuite:
    output = tmp_path_factory.mktemp("results") / "results.json"
    command = [VITSCALE, "bench", "--images", photos, "--model", model, "-o", output]
    command += ["--batch-size", "4", "--iterations", "1", "--forks", "1", "--stage-images", "4"]
    command += [part for backend in BACKENDS for part in ("--backend", backend)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert answer.returncode == 0, answer.stderr
    return load_results(output)


def test_the_export_leaves_the_onnx_file_alone(model: Path, tiny_model: Path) -> None:
    record = json.loads((model / "vitscale.json").read_text())
    before = json.loads((tiny_model / "vitscale.json").read_text())
    assert record["onnx"] == before["onnx"]
    assert set(record["tensorflow"]) == {"fp32"}
    assert {path.name for path in model.iterdir()} - {path.name for path in tiny_model.iterdir()} == {
        "tensorflow"
    }


def test_every_row_says_its_engine_and_predicts_every_image(suite: BenchmarkSuite) -> None:
    options = [row["options"] for row in suite["benchmarks"]]
    assert {"bridge": "py4j", "engine": "tensorflow"} in options
    assert {"engine": "tensorflow", "onednn": True, "threads": 1} in options
    for row in suite["benchmarks"]:
        assert row["error"] is None, row
        ledger = row["runs"][0]["ledger"]
        assert ledger["predicted"] == ledger["files"] == 12


def test_tensorflow_agrees_with_onnx(suite: BenchmarkSuite) -> None:
    rows = {row["backend"]: row for row in suite["parity"]}
    assert set(rows) == {"spark-nlp:engine=tensorflow", "spark-nlp:engine=tensorflow,onednn=true"}
    for row in rows.values():
        assert row["reference"] == "spark-nlp"
        assert row["images"] == 12
        assert row["top1_agreement"] == 1
        assert row["max_logit_difference"] < 1e-4
        assert row["max_pixel_difference"] == 0


def test_its_stages_are_told_in_the_same_terms(suite: BenchmarkSuite) -> None:
    rows = {row["backend"]: row["ms_per_image"] for row in suite["stages"]}
    stages = rows["spark-nlp:engine=tensorflow"]
    assert stages["copy"] == 0  # part of the forward pass
    assert min(stages["read"], stages["decode"], stages["resize"], stages["normalise"], stages["forward"]) > 0
