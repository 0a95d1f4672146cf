"""Every front door warns of a model whose labels mean nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import vitscale

from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS
from tests.job.jobs import MODEL, QUICK_JAVA, TIMEOUT_SECONDS

WARNING = "The weights of tiny-vit are random, so its labels mean nothing."

STAGES = """
import sys, vitscale
from pyspark.ml import PipelineModel
from sparknlp.base import ImageAssembler, LightPipeline
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification
door, model, photo = sys.argv[1:]
spark = vitscale.start("local[1]", "512m")
if door == "stage":
    files = spark.read.format("binaryFile").load(photo)
    for _ in range(2):
        ViTImageClassifier(modelPath=model).transform(files).collect()
else:
    assembler = ImageAssembler().setInputCol("image").setOutputCol("assembled")
    annotator = VitScaleForImageClassification.loadSavedModel(model + "/onnx/fp32", spark)
    annotator.setInputCols(["assembled"]).setOutputCol("class")
    pipeline = PipelineModel([assembler, annotator])
    if door == "annotator":
        pipeline.transform(spark.read.format("image").load(photo)).select("class").collect()
    else:
        LightPipeline(pipeline).fullAnnotateImage(photo)
"""


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    path.write_bytes(encoded(PHOTOS[0].resize((60, 40)), "JPEG"))
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model with a manifest that calls it trained."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    shutil.copytree(MODEL, folder)
    manifest = json.loads((folder / "vitscale.json").read_text())
    (folder / "vitscale.json").write_text(json.dumps({**manifest, "weights": "pretrained"}))
    return folder


def test_vit_warns_of_random_weights_alone(trained: Path, caplog: pytest.LogCaptureFixture) -> None:
    vitscale.ViT(MODEL).close()
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("vitscale", "WARNING")
    assert record.getMessage().startswith(WARNING)
    caplog.clear()
    vitscale.ViT(trained).close()
    assert caplog.records == []


@pytest.mark.parametrize("door", ["stage", "annotator", "light pipeline"])
def test_stages_warn_once(door: str, photo: Path, trained: Path) -> None:
    for model, count in ((MODEL, 1), (trained, 0)):
        done = subprocess.run(
            [sys.executable, "-c", STAGES, door, str(model), str(photo)],
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
            env={**os.environ, "JDK_JAVA_OPTIONS": QUICK_JAVA},
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr.count(f"\n{WARNING}") == count, done.stderr  # Spark NLP's jar silences Spark's log
