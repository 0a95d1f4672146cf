"""Saved pipelines in sessions that someone else started, with and without the jars of their stages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from vitscale.jvm.jar import engine_jars, session_jars

from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS
from tests.job.jobs import MODEL, QUICK_JAVA, TIMEOUT_SECONDS

SAVE = """
import sys, vitscale
from pyspark.ml import PipelineModel
from pyspark.ml.pipeline import PipelineModelWriter
from sparknlp.base import ImageAssembler
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification
folder, model = sys.argv[1:]
spark = vitscale.start("local[1]", "512m")
assembler = ImageAssembler().setInputCol("image").setOutputCol("assembled")
annotator = VitScaleForImageClassification.loadSavedModel(model, spark)
annotator.setInputCols(["assembled"]).setOutputCol("class")
PipelineModel([assembler, annotator]).save(folder + "/annotator")
stage = PipelineModel([ViTImageClassifier(modelPath=model, topK=1)])
stage.save(folder + "/java")
PipelineModelWriter(stage).save(folder + "/python")
"""

LOAD = """
import sys
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession
folder, jars, photo = sys.argv[1:]
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
builder = builder.config("spark.driver.memory", "512m")
spark = (builder.config("spark.jars", jars) if jars else builder).getOrCreate()

def with_vitscale(path):
    from vitscale.ml import load_pipeline
    return load_pipeline(path)

for name, load in (
    ("python", PipelineModel.load), ("python", with_vitscale), ("java", with_vitscale),
    ("annotator", with_vitscale), ("missing", with_vitscale),
):
    try:
        pipeline = load(folder + "/" + name)
        if name != "annotator":
            (row,) = pipeline.transform(spark.read.format("binaryFile").load(photo)).collect()
            assert row.classification.predictions, row
        print("works")
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[0])
"""

SAVE_AGAIN = """
import sys, vitscale
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification
folder, model = sys.argv[1:]
spark = vitscale.start("local[1]", "512m")
stages = (
    ViTImageClassifier(modelPath=model, topK=1),
    VitScaleForImageClassification.loadSavedModel(model, spark).setInputCols(["image"]).setOutputCol("class"),
)

def said(save, *arguments):
    try:
        save(*arguments)
        print("saved")
    except vitscale.VitscaleError as error:
        print(type(error).__name__, error)

for number, stage in enumerate(stages):
    place = f"{folder}/stage {number}"
    said(stage.save, place)
    said(stage.save, place)
    said(stage.write().save, place)
    said(stage.write().overwrite().save, place)
    said(type(stage).load, place)
    said(stage.save, f"{place}/metadata/_SUCCESS/below")
said(ViTImageClassifier(modelPath="/none").save, folder + "/none")
"""

ENGINE = ",".join(map(str, engine_jars()))


def run(code: str, *arguments: object) -> list[str]:
    """Return the lines that a script prints on its standard output."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env={**os.environ, "JDK_JAVA_OPTIONS": QUICK_JAVA},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline of the stage in both forms that Spark has, one of the annotator, and a photo."""
    folder = tmp_path_factory.mktemp("saved")
    run(SAVE, folder, MODEL)
    (folder / "photo.jpg").write_bytes(encoded(PHOTOS[0].resize((60, 40)), "JPEG"))
    return folder


def test_a_session_without_the_jar_is_told_which_one_to_add(saved: Path) -> None:
    lines = run(LOAD, saved, "", saved / "photo.jpg")
    assert len(lines) == 5
    for line in lines:
        assert line.startswith("JavaError The running Spark session lacks ViTScale's jars"), line
        assert ENGINE in line


def test_a_session_with_the_jars_loads_them(saved: Path) -> None:
    lines = run(LOAD, saved, ",".join(map(str, session_jars())), saved / "photo.jpg")
    assert lines[:4] == ["works"] * 4
    assert lines[4].startswith("JavaError") and "missing" in lines[4]


def test_a_session_without_spark_nlps_jar_is_told_the_stage_that_needs_it(saved: Path) -> None:
    lines = run(LOAD, saved, ENGINE, saved / "photo.jpg")
    assert lines[:3] == ["works"] * 3
    assert "has a stage com.johnsnowlabs.nlp.ImageAssembler, which" in lines[3]
    assert lines[3].startswith("JavaError") and "spark.jars" in lines[3]


def test_saving_over_a_folder_is_refused_in_one_line_that_names_the_way(tmp_path: Path) -> None:
    lines = run(SAVE_AGAIN, tmp_path, MODEL)
    assert len(lines) == 13
    for number in range(2):
        place = tmp_path / f"stage {number}"
        refused = (
            f"OutputError {place} already exists. Save to another folder, or replace it with "
            ".write().overwrite().save(...)."
        )
        *first, below = lines[6 * number : 6 * number + 6]
        assert first == ["saved", refused, refused, "saved", "saved"]
        assert below.startswith(f"OutputError {place}/metadata/_SUCCESS/below cannot be written: "), below
    assert lines[12].startswith("ModelError") and "/none" in lines[12]
