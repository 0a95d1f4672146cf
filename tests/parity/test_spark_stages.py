"""The stages of Spark against a real run of Transformers and PyTorch on the same pictures and weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vitscale
from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import functions as f
from sparknlp.base import ImageAssembler, LightPipeline
from vitscale.errors import UsageError
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification

from tests.job.jobs import MODEL
from tests.parity.answers import COUNT, TOLERANCE, assert_same


@pytest.fixture(scope="module")
def spark() -> Any:
    return vitscale.start(master="local[2]")


@pytest.fixture(scope="module")
def annotated(spark: Any, pictures: Path) -> PipelineModel:
    """A pipeline of Spark NLP with our annotator in the place of the stock one."""
    assembler = ImageAssembler().setInputCol("image").setOutputCol("image_assembler")
    classifier = (
        VitScaleForImageClassification.loadSavedModel(str(MODEL / "onnx/fp32"), spark)
        .setInputCols(["image_assembler"])
        .setOutputCol("class")
        .setBatchSize(3)
    )
    return Pipeline(stages=[assembler, classifier]).fit(read_images(spark, pictures))


def read_images(spark: Any, pictures: Path) -> Any:
    return spark.read.format("image").load(str(pictures))


def file_name(column: str) -> Any:
    return f.element_at(f.split(f.col(column), "/"), -1).alias("file")


@pytest.mark.parametrize("settings", [{"batchSize": 1}, {"batchSize": 5}, {"precision": "fp32-uint8"}])
def test_the_transformer_gives_pytorchs_logits(
    spark: Any,
    pictures: Path,
    expected: dict[str, list[dict[str, Any]]],
    logits: dict[str, np.ndarray],
    settings: dict[str, Any],
) -> None:
    stage = ViTImageClassifier(modelPath=str(MODEL), returnLogits=True, **settings)
    photos = spark.read.format("binaryFile").load(str(pictures)).repartition(3)
    rows = stage.transform(photos).select(file_name("path"), "classification.*").collect()
    assert len(rows) == COUNT
    for row in rows:
        assert row.error is None
        np.testing.assert_allclose(row.logits, logits[row.file], atol=TOLERANCE)
        assert_same(
            [
                {"label_id": one.label_id, "label": one.label, "score": one.probability}
                for one in row.predictions
            ],
            expected[row.file],
        )


def test_the_transformer_is_saved_and_loaded(spark: Any, tmp_path: Path) -> None:
    stage = ViTImageClassifier(modelPath=str(MODEL), topK=3, inputCol="image").setThreads(2)
    Pipeline(stages=[stage]).save(str(tmp_path / "pipeline"))
    (loaded,) = Pipeline.load(str(tmp_path / "pipeline")).getStages()
    assert isinstance(loaded, ViTImageClassifier)
    found, given = (
        {param.name: value for param, value in one.extractParamMap().items()} for one in (loaded, stage)
    )
    model = Path(found.pop("modelPath"))
    assert given.pop("modelPath") == str(MODEL)
    assert model.name == "model"
    assert model.is_relative_to(tmp_path / "pipeline")
    assert found == given
    stage.write().overwrite().save(str(tmp_path / "stage"))
    assert ViTImageClassifier.load(str(tmp_path / "stage")).getOrDefault("topK") == 3


SETTINGS: dict[str, tuple[Any, Any]] = {
    "modelPath": (None, "/models/vit"),
    "precision": ("fp32", "bf16"),
    "runtime": ("auto", "onednn"),
    "topK": (5, 3),
    "batchSize": (2, 8),
    "threads": (0, 2),
    "device": ("cpu", "gpu"),
    "returnLogits": (False, True),
    "truncated": ("error", "gray"),
    "threshold": (None, 0.5),
    "features": ("none", "pooled"),
    "inputCol": ("content", "image"),
    "outputCol": ("classification", "labels"),
}
"""Parameter of the transformer -> its default, and another value."""


@pytest.mark.parametrize("name", SETTINGS)
def test_each_parameter_has_a_setter_and_a_getter(spark: Any, name: str) -> None:
    default, other = SETTINGS[name]
    stage = ViTImageClassifier()
    called = name[0].upper() + name[1:]
    assert getattr(stage, f"get{called}")() == default
    assert getattr(stage, f"set{called}")(other) is stage
    assert getattr(stage, f"get{called}")() == other


def test_the_table_has_every_parameter(spark: Any) -> None:
    assert {param.name for param in ViTImageClassifier().params} == set(SETTINGS)


def test_the_transformer_refuses_a_wrong_column(spark: Any, pictures: Path) -> None:
    stage = ViTImageClassifier(modelPath=str(MODEL), inputCol="picture")
    with pytest.raises(UsageError, match="There is no column picture"):
        stage.transform(spark.read.format("binaryFile").load(str(pictures)))


def test_the_annotator_before_and_after_saving(
    spark: Any,
    pictures: Path,
    tmp_path: Path,
    annotated: PipelineModel,
    expected: dict[str, list[dict[str, Any]]],
) -> None:
    annotated.write().overwrite().save(str(tmp_path / "pipeline"))
    loaded = PipelineModel.load(str(tmp_path / "pipeline"))
    assert isinstance(loaded.stages[1], VitScaleForImageClassification)
    for model in (annotated, loaded):
        rows = (
            model.transform(read_images(spark, pictures)).select(file_name("image.origin"), "class").collect()
        )
        assert len(rows) == COUNT
        for row in rows:
            (annotation,) = row["class"]
            best = expected[row.file][0]
            assert annotation.result == best["label"]
            assert int(annotation.metadata["label_id"]) == best["label_id"]
            assert json.loads(annotation.metadata["label_ids"]) == [
                one["label_id"] for one in expected[row.file][:5]
            ]
            np.testing.assert_allclose(
                json.loads(annotation.metadata["probabilities"]),
                [one["score"] for one in expected[row.file][:5]],
                atol=TOLERANCE,
            )
            assert float(annotation.metadata[best["label"]]) == pytest.approx(best["score"], abs=TOLERANCE)


def test_the_annotator_in_a_light_pipeline(
    annotated: PipelineModel, pictures: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    file = pictures / "05.png"
    (annotations,) = LightPipeline(annotated).fullAnnotateImage(str(file))
    (annotation,) = annotations["class"]
    assert annotation.result == expected[file.name][0]["label"]


def test_the_annotator_knows_its_classes(spark: Any) -> None:
    annotator = VitScaleForImageClassification.loadSavedModel(str(MODEL), spark)
    assert annotator.getClasses()[:3] == ["tench", "goldfish", "crane"]
    assert len(annotator.getClasses()) == 11
