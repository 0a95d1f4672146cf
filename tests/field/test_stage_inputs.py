"""Spark's stages and Spark NLP's LightPipeline over what users give them, from Python."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import vitscale
from PIL import Image
from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import Row
from sparknlp.base import ImageAssembler, LightPipeline
from transformers import ViTForImageClassification, pipeline
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification

from tests.job.jobs import MODEL

FIELDS = ["image", "height", "width", "nChannels", "mode", "origin", "error"]


@pytest.fixture(scope="module")
def spark() -> Any:
    return vitscale.start(master="local[2]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images good and bad; of the good ones two are what ``javax.imageio`` reads otherwise than Pillow."""
    root = tmp_path_factory.mktemp("images")
    picture = Image.linear_gradient("L").resize((60, 45)).rotate(17).convert("RGB")
    picture.save(root / "good.jpg")
    whole = (root / "good.jpg").read_bytes()
    (root / "cut.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    (root / "empty.jpg").write_bytes(b"")
    (root / "text.jpg").write_bytes(b"this is no image")
    (root / "folder.jpg").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(root / "turned.jpg", exif=exif)
    picture.save(root / "photo.webp", lossless=True)
    picture.convert("CMYK").save(root / "print.jpg")
    return root


@pytest.fixture(scope="module")
def label() -> Callable[[Path], str]:
    """The first label of Transformers' pipeline."""
    reference = pipeline(
        "image-classification",
        model=ViTForImageClassification.from_pretrained(MODEL),
        image_processor=ViTImageProcessorPil.from_pretrained(MODEL),
    )
    return lambda file: str(reference(str(file), top_k=1)[0]["label"])


def annotated(spark: Any, folder: Path, model: Path = MODEL) -> PipelineModel:
    assembler = ImageAssembler().setInputCol("image").setOutputCol("image_assembler")
    annotator = (
        VitScaleForImageClassification.loadSavedModel(str(model), spark)
        .setInputCols(["image_assembler"])
        .setOutputCol("class")
        .setTopK(11)
    )
    return Pipeline(stages=[assembler, annotator]).fit(images(spark, folder))


def images(spark: Any, folder: Path) -> Any:
    return spark.read.format("image").load(str(folder / "good.jpg"))


CASES = {
    "good.jpg": None,
    "turned.jpg": None,
    "photo.webp": None,
    "print.jpg": None,
    "cut.jpg": "truncated",
    "missing.jpg": "No such file",
    "empty.jpg": "0 bytes",
    "text.jpg": "not an image",
    "folder.jpg": "directory",
}
"""Files, and what the error of a bad one must say."""


def test_a_light_pipeline_annotates_every_image(
    spark: Any, folder: Path, label: Callable[[Path], str], tmp_path: Path
) -> None:
    fitted = annotated(spark, folder)
    fitted.save(str(tmp_path / "pipeline"))
    saved = LightPipeline(PipelineModel.load(str(tmp_path / "pipeline")))
    paths = [str(folder / name) for name in CASES]
    doors = {
        "list": LightPipeline(fitted).fullAnnotateImage(paths),
        "alone, of a saved pipeline": [saved.fullAnnotateImage(path)[0] for path in paths],
    }
    for door, answers in doors.items():
        assert len(answers) == len(paths), door
        for path, answer in zip(paths, answers, strict=True):
            (annotation,) = answer["class"]
            error = CASES[Path(path).name]
            assert annotation.metadata["origin"] == path
            if error is None:
                assert annotation.result == label(Path(path)) and "error" not in annotation.metadata, path
            else:
                assert annotation.result == "" and error in annotation.metadata["error"], path


def test_light_pipelines_without_the_annotator_stay_as_they_were(spark: Any, folder: Path) -> None:
    assembler = ImageAssembler().setInputCol("image").setOutputCol("image_assembler")
    light = LightPipeline(Pipeline(stages=[assembler]).fit(images(spark, folder)))
    assert light._lightPipeline.getClass().getName() == "com.johnsnowlabs.nlp.LightPipeline"


def test_labels_named_as_an_images_fields_leave_those_alone(spark: Any, folder: Path, tmp_path: Path) -> None:
    names = [*FIELDS, "label:height", "label:x", "x", "label_id"]
    model = tmp_path / "model"
    shutil.copytree(MODEL, model)
    config = json.loads((model / "config.json").read_text())
    config["id2label"] = {str(place): name for place, name in enumerate(names)}
    config["label2id"] = {name: place for place, name in enumerate(names)}
    (model / "config.json").write_text(json.dumps(config))
    for labels in model.rglob("labels.json"):
        labels.write_text(json.dumps({name: place for place, name in enumerate(names)}))
    fitted = annotated(spark, folder, model)
    (row,) = fitted.transform(images(spark, folder)).select("class.metadata").head()[0]
    assert (row["image"], row["height"], row["width"], row["nChannels"]) == ("0", "45", "60", "3")
    assert row["origin"].endswith("good.jpg") and "error" not in row
    others = set(row) - {"image", "height", "width", "nChannels", "mode", "origin"}
    classes = {"label_id", "label_ids", "probabilities"}
    escaped = {f"label:{name}" for name in [*FIELDS, "label_id"]}
    assert others >= escaped | classes | {"label:label:height", "label:label:x", "x"}
    assert sum(float(row[name]) for name in others - classes) == pytest.approx(1, abs=1e-4)
    assert row["label_id"] == str(json.loads(row["label_ids"])[0])


def test_the_stage_takes_rows_of_datasets(spark: Any, folder: Path, label: Callable[[Path], str]) -> None:
    rows = [
        Row(image=Row(bytes=(folder / "good.jpg").read_bytes(), path=None)),
        Row(image=Row(bytes=None, path="good.jpg")),
        Row(image=None),
    ]
    frame = spark.createDataFrame(rows, "image struct<bytes: binary, path: string>").coalesce(1)
    for column in ("image", "image.bytes"):
        stage = ViTImageClassifier(modelPath=MODEL, inputCol=column, topK=1)
        found = [row.classification for row in stage.transform(frame).collect()]
        assert found[0].error is None
        assert found[0].predictions[0].label == label(folder / "good.jpg")
        assert all(one.predictions is None and "no image in this row" in one.error for one in found[1:])


def test_a_row_of_spark_is_an_image_of_the_python_api(spark: Any, folder: Path) -> None:
    rows = [Row(image=Row(bytes=(folder / "good.jpg").read_bytes(), path=None), label=1)]
    schema = "image struct<bytes: binary, path: string>, label int"
    (row,) = spark.createDataFrame(rows, schema).collect()
    with vitscale.ViT(MODEL) as vit:
        wanted = vit.classify(folder / "good.jpg")
        assert vit.classify(row) == wanted
        assert vit.classify([row, row.image]) == [wanted, wanted]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no such column": ({"inputCol": "picture"}, "There is no column picture; the columns are path"),
    "a column of text": ({"inputCol": "path"}, "The column path holds string, expected binary"),
    "output exists": ({"outputCol": "content"}, "The column content already exists"),
    "top_k": ({"topK": 0}, "topK"),
    "batch size": ({"batchSize": -1}, "batchSize"),
    "device": ({"device": "tpu"}, "device"),
    "no model": ({"modelPath": None}, "setModelPath"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_stage_is_refused_in_one_line(spark: Any, folder: Path, name: str) -> None:
    settings, said = WRONG[name]
    chosen = {key: value for key, value in {"modelPath": MODEL, **settings}.items() if value is not None}
    frame = spark.read.format("binaryFile").load(str(folder / "good.jpg"))
    stage = ViTImageClassifier(**chosen)
    for call in (stage.transform, lambda rows: Pipeline(stages=[stage]).fit(rows).transform(rows)):
        with pytest.raises(vitscale.UsageError) as caught:
            call(frame)
        assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_wrongly_wired_annotator_is_refused_in_one_line(spark: Any, folder: Path) -> None:
    fitted = annotated(spark, folder)
    rows = fitted.stages[0].transform(images(spark, folder))
    with pytest.raises(vitscale.UsageError, match="elsewhere") as caught:
        fitted.stages[1].copy().setInputCols(["elsewhere"]).transform(rows)
    assert "\n" not in str(caught.value)


def test_pictures_of_sparks_image_source_are_classified_beside_broken_ones(spark: Any, folder: Path) -> None:
    stage = ViTImageClassifier(modelPath=MODEL, inputCol="image", topK=1)
    frame = spark.read.format("image").load([str(folder / "good.jpg"), str(folder / "text.jpg")])
    found = {
        Path(row.image.origin).name: row.classification
        for row in stage.transform(frame).select("image", "classification").collect()
    }
    assert found["good.jpg"].error is None and "no pixels" in found["text.jpg"].error


def test_more_labels_than_a_model_has_are_all_of_them(spark: Any, folder: Path) -> None:
    frame = spark.read.format("binaryFile").load(str(folder / "good.jpg"))
    (row,) = ViTImageClassifier(modelPath=MODEL, topK=10**12).transform(frame).collect()
    assert len(row.classification.predictions) == 11


def test_pillow_writes_what_the_stage_reads(spark: Any, label: Callable[[Path], str], folder: Path) -> None:
    stream = io.BytesIO()
    Image.open(folder / "good.jpg").save(stream, "PNG")
    frame = spark.createDataFrame([(bytearray(stream.getvalue()),)], "content binary")
    (row,) = ViTImageClassifier(modelPath=MODEL, topK=1).transform(frame).collect()
    assert row.classification.predictions[0].label == label(folder / "good.jpg")
