"""Every front door of the engine against a real run of Transformers on the same pictures and weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import vitscale
from PIL import Image, ImageDraw
from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import functions as f
from sparknlp.base import ImageAssembler, LightPipeline
from transformers import ViTForImageClassification, pipeline
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.errors import ImageError, ModelError, UsageError
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification

MODEL = Path(__file__).parents[2] / "scala/src/test/resources/tiny-vit"
COUNT = 16
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of several sizes; PNG, so that Spark's own decoder sees the same pixels as Pillow."""
    root = tmp_path_factory.mktemp("pictures")
    for seed in range(COUNT):
        random = np.random.default_rng(seed)
        size = tuple(int(length) for length in random.integers(20, 90, 2))
        picture = Image.new("RGB", size)
        draw = ImageDraw.Draw(picture)
        for _ in range(10):
            corners = sorted(random.integers(0, size[0], 2)), sorted(random.integers(0, size[1], 2))
            (left, right), (top, bottom) = corners
            draw.rectangle((left, top, right, bottom), fill=tuple(int(c) for c in random.integers(0, 256, 3)))
        picture.save(root / f"{seed:02d}.png")
    return root


@pytest.fixture(scope="module")
def expected(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What Transformers' pipeline says of each file; class numbers stand in the place of labels at first."""
    model: Any = ViTForImageClassification.from_pretrained(MODEL)
    texts = model.config.id2label
    model.config.id2label = {number: number for number in texts}
    reference = pipeline(
        "image-classification",
        model=model,
        image_processor=ViTImageProcessorPil.from_pretrained(MODEL),
    )
    return {
        file.name: [
            {"label_id": one["label"], "label": texts[one["label"]], "score": one["score"]}
            for one in reference(str(file), top_k=11)
        ]
        for file in sorted(folder.iterdir())
    }


@pytest.fixture(scope="module")
def logits(folder: Path) -> dict[str, np.ndarray]:
    """PyTorch's logits for each file."""
    model = ViTForImageClassification.from_pretrained(MODEL).eval()
    processor = ViTImageProcessorPil.from_pretrained(MODEL)
    found = {}
    for file in folder.iterdir():
        with torch.inference_mode(), Image.open(file) as image:
            found[file.name] = model(**processor(image.convert("RGB"), return_tensors="pt")).logits[0].numpy()
    return found


@pytest.fixture(scope="module")
def vit() -> Iterator[vitscale.ViT]:
    with vitscale.ViT(MODEL) as opened:
        yield opened


@pytest.fixture(scope="module")
def spark() -> Any:
    return vitscale.start(master="local[2]")


@pytest.fixture(scope="module")
def annotated(spark: Any, folder: Path) -> PipelineModel:
    """A pipeline of Spark NLP with our annotator in the place of the stock one."""
    assembler = ImageAssembler().setInputCol("image").setOutputCol("image_assembler")
    classifier = (
        VitScaleForImageClassification.loadSavedModel(str(MODEL / "onnx/fp32"), spark)
        .setInputCols(["image_assembler"])
        .setOutputCol("class")
        .setBatchSize(3)
    )
    return Pipeline(stages=[assembler, classifier]).fit(read_images(spark, folder))


def read_images(spark: Any, folder: Path) -> Any:
    return spark.read.format("image").load(str(folder))


def file_name(column: str) -> Any:
    return f.element_at(f.split(f.col(column), "/"), -1).alias("file")


def assert_same_labels(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    assert [one["label"] for one in found] == [one["label"] for one in wanted]
    np.testing.assert_allclose(
        [one["score"] for one in found], [one["score"] for one in wanted], atol=TOLERANCE
    )


def assert_same(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    for key in ("label_id", "label"):
        assert [one[key] for one in found] == [one[key] for one in wanted[: len(found)]]
    np.testing.assert_allclose(
        [one["score"] for one in found], [one["score"] for one in wanted[: len(found)]], atol=TOLERANCE
    )


def test_pictures_are_told_apart(expected: dict[str, list[dict[str, Any]]]) -> None:
    assert len({labels[0]["label"] for labels in expected.values()}) >= 3


def test_python_takes_paths_bytes_and_pillow_images(
    vit: vitscale.ViT, folder: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    files = sorted(folder.iterdir())
    for images in (files, [str(file) for file in files], [file.read_bytes() for file in files]):
        for file, found in zip(files, vit.classify(images, top_k=11), strict=True):
            assert_same(found, expected[file.name])
    with Image.open(files[0]) as image:
        assert_same(vit.classify(image, top_k=3), expected[files[0].name])


def test_python_takes_a_folder(
    vit: vitscale.ViT, folder: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    answers = vit.classify(folder, top_k=2)
    assert list(answers) == sorted(expected)
    for name, found in answers.items():
        assert len(found) == 2
        assert_same(found, expected[name])


def test_a_pillow_image_is_turned_upright_as_transformers_does(
    vit: vitscale.ViT, folder: Path, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    with Image.open(folder / "03.png") as image:
        image.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    reference = pipeline(
        "image-classification",
        model=ViTForImageClassification.from_pretrained(MODEL),
        image_processor=ViTImageProcessorPil.from_pretrained(MODEL),
    )
    with Image.open(tmp_path / "turned.jpg") as turned:
        wanted = reference(turned)
        assert_same_labels(vit.classify(turned), wanted)
    assert_same_labels(vit.classify(tmp_path / "turned.jpg"), wanted)


def test_a_failing_image_stands_in_its_own_place_or_raises(
    vit: vitscale.ViT, folder: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    good = sorted(folder.iterdir())[:3]
    images = [good[0], b"no image", good[1], folder / "missing.png", good[2]]
    answers = vit.classify(images, on_error="return")
    assert isinstance(answers[1], ImageError)
    assert isinstance(answers[3], ImageError) and "missing.png" in str(answers[3])
    for place, file in zip((0, 2, 4), good, strict=True):
        assert_same(answers[place], expected[file.name])
    with pytest.raises(ImageError, match="2 of 5 images failed"):
        vit.classify(images)
    with pytest.raises(ImageError, match=r"missing\.png"):
        vit.classify(folder / "missing.png")


def test_wrong_arguments_are_explained(vit: vitscale.ViT, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="topK is 0; expected at least 1"):
        vit.classify(folder, top_k=0)
    with pytest.raises(ModelError, match="There is no model folder"):
        vitscale.ViT(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="--precision int3"):
        vitscale.ViT(MODEL, precision="int3")


@pytest.mark.parametrize("settings", [{"batchSize": 1}, {"batchSize": 5}, {"precision": "fp32-uint8"}])
def test_the_transformer_gives_pytorchs_logits(
    spark: Any,
    folder: Path,
    expected: dict[str, list[dict[str, Any]]],
    logits: dict[str, np.ndarray],
    settings: dict[str, Any],
) -> None:
    stage = ViTImageClassifier(modelPath=str(MODEL), returnLogits=True, **settings)
    photos = spark.read.format("binaryFile").load(str(folder)).repartition(3)
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


def test_the_transformer_refuses_a_wrong_column(spark: Any, folder: Path) -> None:
    stage = ViTImageClassifier(modelPath=str(MODEL), inputCol="picture")
    with pytest.raises(UsageError, match="There is no column picture"):
        stage.transform(spark.read.format("binaryFile").load(str(folder)))


def test_the_annotator_before_and_after_saving(
    spark: Any,
    folder: Path,
    tmp_path: Path,
    annotated: PipelineModel,
    expected: dict[str, list[dict[str, Any]]],
) -> None:
    annotated.write().overwrite().save(str(tmp_path / "pipeline"))
    loaded = PipelineModel.load(str(tmp_path / "pipeline"))
    assert isinstance(loaded.stages[1], VitScaleForImageClassification)
    for model in (annotated, loaded):
        rows = (
            model.transform(read_images(spark, folder)).select(file_name("image.origin"), "class").collect()
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
    annotated: PipelineModel, folder: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    file = folder / "05.png"
    (annotations,) = LightPipeline(annotated).fullAnnotateImage(str(file))
    (annotation,) = annotations["class"]
    assert annotation.result == expected[file.name][0]["label"]


def test_the_annotator_knows_its_classes(spark: Any) -> None:
    annotator = VitScaleForImageClassification.loadSavedModel(str(MODEL), spark)
    assert annotator.getClasses()[:3] == ["tench", "goldfish", "crane"]
    assert len(annotator.getClasses()) == 11
