"""Names of the hub in Spark: the job, the stage and the annotator, and what they save."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.image_files import encoded
from tests.fixtures.local_hub import serve
from tests.fixtures.photos import PHOTOS
from tests.fixtures.small_vit import write_small_vit
from tests.job.jobs import QUICK_JAVA, TIMEOUT_SECONDS

STAGES = """
import sys, vitscale
from pyspark.ml import PipelineModel
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification
photo, folder = sys.argv[1:]
spark = vitscale.start("local[1]", "512m")
photos = spark.read.format("binaryFile").load(photo)

def label(pipeline):
    (row,) = pipeline.transform(photos).select("classification.predictions.label").collect()
    return row.label[0]

stage = ViTImageClassifier(modelPath="some/vit", topK=1, runtime="onnxruntime")
print(label(stage))
assert stage.getOrDefault("modelPath") == "some/vit"
print(label(stage.setPrecision("fp32-uint8")))
PipelineModel([stage]).save(folder)
annotator = VitScaleForImageClassification.loadSavedModel("some/vit", spark)
print(len(annotator.getClasses()))
"""

LOAD = """
import sys, vitscale
from vitscale.ml import load_pipeline
photo, folder = sys.argv[1:]
spark = vitscale.start("local[1]", "512m")
rows = load_pipeline(folder).transform(spark.read.format("binaryFile").load(photo))
print(rows.select("classification.predictions.label").collect()[0].label[0])
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a photo, where a hub answers."""
    folder = tmp_path_factory.mktemp("names")
    write_small_vit(folder / "hub" / "some" / "vit")
    (folder / "photo.jpg").write_bytes(encoded(PHOTOS[0].resize((60, 40)), "JPEG"))
    with serve(folder / "hub") as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", address)
        patch.setenv("HF_HUB_CACHE", str(folder / "hub-cache"))
        patch.setenv("HF_HUB_OFFLINE", "0")
        patch.setenv("HF_HUB_DISABLE_XET", "1")
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("JDK_JAVA_OPTIONS", QUICK_JAVA)
        yield folder


def run(place: Path, *command: object) -> subprocess.CompletedProcess[str]:
    """Run a command in an empty folder, where no name is a path."""
    (place / "empty").mkdir(exist_ok=True)
    return subprocess.run(
        list(map(str, command)),
        cwd=place / "empty",
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env=dict(os.environ),
    )


def test_stages_take_a_name_and_a_saved_pipeline_needs_neither_hub_nor_cache(place: Path) -> None:
    saved = place / "saved"
    done = run(place, sys.executable, "-c", STAGES, place / "photo.jpg", saved)
    assert done.returncode == 0, done.stderr
    first, second, classes = done.stdout.splitlines()
    assert first == second
    assert int(classes) > 1
    shutil.rmtree(place / "cache")
    shutil.rmtree(place / "hub-cache")
    loaded = run(place, sys.executable, "-c", LOAD, place / "photo.jpg", saved)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.splitlines() == [first]


def test_the_job_takes_a_name(place: Path) -> None:
    vitscale = Path(sys.executable).with_name("vitscale")
    job = [vitscale, "classify", place / "photo.jpg", "--model", "some/vit", "--output", place / "out"]
    done = run(place, *job, "--master", "local[1]", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["predicted"] == 1
    assert "exporting some/vit at 0123456789ab in fp32" in done.stderr or "Loading" not in done.stderr
    refused = run(place, *job, "--master", "spark://somewhere:7077")
    assert refused.returncode == 2
    assert "executors of spark://somewhere:7077 cannot read" in refused.stderr.replace("\n", " ")
