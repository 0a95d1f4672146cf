"""Features through each front door, against the last hidden state of Transformers' own model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import vitscale
from numpy.typing import NDArray
from PIL import Image
from pyspark.ml import PipelineModel
from sparknlp.base import ImageAssembler
from transformers import ViTModel
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.errors import ImageError, ModelError, UsageError
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification
from vitscale.models.export.features import FEATURES, add_features
from vitscale.models.export.run import export

from tests.job.jobs import classify

TOLERANCE = 1e-4
RUNTIMES = ("onnxruntime", "onednn")


@pytest.fixture(scope="module")
def files(photos: Path) -> list[Path]:
    return sorted(photos.rglob("*.jpg"))


@pytest.fixture(scope="module")
def expected(files: list[Path], tiny_model: Path) -> NDArray[np.float32]:
    """The class token of Transformers' model for each file."""
    model = ViTModel.from_pretrained(tiny_model, add_pooling_layer=False).eval()
    processor = ViTImageProcessorPil.from_pretrained(tiny_model)
    rows = []
    for file in files:
        with Image.open(file) as image, torch.inference_mode():
            pixels = processor(image.convert("RGB"), return_tensors="pt")
            rows.append(model(**pixels).last_hidden_state[0, 0].numpy())
    return np.stack(rows)


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    normalised: NDArray[np.float32] = torch.nn.functional.normalize(torch.from_numpy(rows)).numpy()
    return normalised


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("batch_size", [1, 3, 5])
def test_python_returns_transformers_last_hidden_state(
    tiny_model: Path, files: list[Path], expected: NDArray[np.float32], runtime: Any, batch_size: int
) -> None:
    with vitscale.ViT(tiny_model, runtime=runtime, batch_size=batch_size) as vit:
        found = vit.features(files)
        assert (found.dtype, found.shape) == (np.float32, expected.shape)
        np.testing.assert_allclose(found, expected, atol=TOLERANCE)
        np.testing.assert_allclose(vit.features(files, normalize=True), unit(expected), atol=TOLERANCE)
        half = vit.features(files, dtype="float16")
        assert half.dtype == np.float16
        np.testing.assert_array_equal(half, found.astype(np.float16))
        labels = vit.classify(files)  # the same session answers both
    with vitscale.ViT(tiny_model, runtime=runtime) as plain:
        for one, other in zip(labels, plain.classify(files), strict=True):
            assert [x["label_id"] for x in one] == [x["label_id"] for x in other]


def test_one_image_a_folder_and_none(
    tiny_model: Path, photos: Path, files: list[Path], expected: NDArray[np.float32]
) -> None:
    with vitscale.ViT(tiny_model) as vit:
        np.testing.assert_allclose(vit.features(files[0]), expected[:1], atol=TOLERANCE)
        order = [files.index(photos / name) for name in vit.classify(photos)]
        np.testing.assert_allclose(vit.features(photos), expected[order], atol=TOLERANCE)
        assert len(vit.features([])) == 0


def test_a_folder_below_that_may_not_be_read_fails_and_other_suffixes_are_told(
    tiny_model: Path, files: list[Path], expected: NDArray[np.float32], tmp_path: Path
) -> None:
    shutil.copy(files[0], tmp_path / "a.jpg")
    (tmp_path / "b.txt").write_text("no image")
    (tmp_path / "loop").symlink_to(tmp_path)
    with vitscale.ViT(tiny_model) as vit:
        with pytest.warns(UserWarning, match="1 file with another suffix") as told:
            found = vit.features(tmp_path, on_error="nan")
        with pytest.warns(UserWarning), pytest.raises(ImageError, match="1 of 2 images failed"):
            vit.features(tmp_path)
    assert told[0].filename == __file__
    np.testing.assert_allclose(found[0], expected[0], atol=TOLERANCE)
    assert found.shape == (2, expected.shape[1]) and np.isnan(found[1]).all()


def test_an_image_that_fails_raises_or_is_nan(
    tiny_model: Path, files: list[Path], expected: NDArray[np.float32], tmp_path: Path
) -> None:
    images = [files[0], b"no image", tmp_path / "missing.jpg", files[1]]
    with vitscale.ViT(tiny_model) as vit:
        with pytest.raises(ImageError, match="2 of 4 images failed"):
            vit.features(images)
        found = vit.features(images, on_error="nan")
        for wrong in ({"dtype": "int8"}, {"on_error": "return"}):
            with pytest.raises(UsageError, match="it can be"):
                vit.features(images, **wrong)
    assert np.isnan(found[1:3]).all()
    np.testing.assert_allclose(found[[0, 3]], expected[:2], atol=TOLERANCE)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_stage_returns_them_beside_the_labels(
    tiny_model: Path, photos: Path, files: list[Path], expected: NDArray[np.float32], runtime: str
) -> None:
    spark = vitscale.start(master="local[2]")
    images = spark.read.format("binaryFile").option("recursiveFileLookup", True).load(str(photos))
    stage = ViTImageClassifier(modelPath=str(tiny_model), runtime=runtime, features="normalized", topK=1)
    rows = stage.transform(images).select("path", "classification.*").collect()
    found = {row.path.removeprefix("file:"): row for row in rows}
    for file, wanted in zip(files, unit(expected), strict=True):
        np.testing.assert_allclose(found[str(file)].features, wanted, atol=TOLERANCE)
        assert len(found[str(file)].predictions) == 1
    broken = spark.createDataFrame([(b"no image",)], "content binary")
    (row,) = stage.transform(broken).select("classification.*").collect()
    assert row.features is None and row.error
    with pytest.raises(UsageError, match="features"):
        stage.copy().setFeatures("mean").transform(images)


def test_the_annotator_returns_them_as_embeddings(
    tiny_model: Path, files: list[Path], expected: NDArray[np.float32], tmp_path: Path
) -> None:
    for number, file in enumerate(files):
        with Image.open(file) as image:  # Spark's own decoder of JPEGs gives other pixels
            image.convert("RGB").save(tmp_path / f"{number:02}.png")
    spark = vitscale.start(master="local[2]")
    assembler = ImageAssembler().setInputCol("image").setOutputCol("assembled")
    annotator = VitScaleForImageClassification.loadSavedModel(str(tiny_model), spark)
    annotator.setInputCols(["assembled"]).setOutputCol("class").setFeatures("normalized").setThreshold(1.0)
    pipeline = PipelineModel([assembler, annotator])
    rows = pipeline.transform(spark.read.format("image").load(str(tmp_path)))
    one = rows.selectExpr("image.origin", "class[0].embeddings", "class[0].result", "class[0].metadata")
    found = sorted(one.collect())
    np.testing.assert_allclose([row[1] for row in found], unit(expected), atol=TOLERANCE)
    assert {row[2] for row in found} == {""}, "no label has a score of 1"
    assert all(row[3]["label_ids"] == "[]" and "error" not in row[3] for row in found)
    with pytest.raises(UsageError, match="features"):
        annotator.setFeatures("mean").transform(
            assembler.transform(spark.read.format("image").load(str(tmp_path)))
        )


def test_the_job_writes_them_as_16_bit_bytes(
    tiny_model: Path, photos: Path, files: list[Path], expected: NDArray[np.float32], tmp_path: Path
) -> None:
    arguments = ["--features", "normalized", "--features-type", "float16", "--format", "parquet"]
    done = classify(photos, tmp_path / "out", *arguments, model=tiny_model)
    assert done.ledger is not None and done.exit_code == 0, done.stderr
    table = vitscale.start(master="local[2]").read.parquet(str(tmp_path / "out/predictions"))
    found = {row.path: np.frombuffer(row.features, "<f2") for row in table.collect()}
    with vitscale.ViT(tiny_model) as vit:
        half = vit.features(files, normalize=True, dtype="float16")
    for file, wanted, same in zip(files, unit(expected), half, strict=True):
        np.testing.assert_allclose(found[str(file)], wanted, rtol=2**-10, atol=TOLERANCE)
        # The job's batches may differ, so a float32 next to the middle may become the other neighbour.
        np.testing.assert_allclose(found[str(file)], same, rtol=2**-10)


def test_an_older_export_is_refused_in_one_line(tiny_model: Path, files: list[Path], tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(tiny_model, older)
    record = json.loads((older / "vitscale.json").read_text())
    del record["onnx"]["fp32"]["features"]
    (older / "vitscale.json").write_text(json.dumps(record))
    with vitscale.ViT(older, runtime="onnxruntime") as vit:
        assert vit.classify(files[0])
        with pytest.raises(ModelError, match=r"has no output features\. Export the model again: vitscale"):
            vit.features(files[0])
    stage = ViTImageClassifier(modelPath=str(older), runtime="onnxruntime", features="pooled")
    images = vitscale.start(master="local[2]").read.format("binaryFile").load(str(files[0]))
    with pytest.raises(ModelError, match="Export the model again"):
        stage.transform(images)


@pytest.mark.parametrize(
    ("precision", "options"),
    [("int8", {}), ("fp16", {"input_type": "uint8"})],
    ids=str,
)
def test_graphs_of_other_precisions_have_them(
    *,
    tiny_checkpoint: Path,
    files: list[Path],
    expected: NDArray[np.float32],
    tmp_path: Path,
    precision: str,
    options: dict[str, Any],
) -> None:
    made = export(str(tiny_checkpoint), tmp_path / "model", precision, force=True, **options)
    with vitscale.ViT(tmp_path / "model", made.variant, runtime="onnxruntime") as vit:
        found = unit(vit.features(files))
    similarity = (found * unit(expected)).sum(axis=1)
    assert similarity.min() > (0.999 if precision == "fp16" else 0.9)


def test_logits_do_not_change_and_other_heads_stay_as_they_are(tiny_model: Path, tmp_path: Path) -> None:
    file = tiny_model / "onnx/fp32/model.onnx"
    model = onnx.load(file)
    pixels = np.random.default_rng(0).normal(size=(2, 3, 224, 224)).astype(np.float32)
    both = onnxruntime.InferenceSession(file).run(["logits", FEATURES], {"pixel_values": pixels})
    assert [output.name for output in model.graph.output] == ["logits", FEATURES]
    del model.graph.output[1]
    onnx.save(model, tmp_path / "plain.onnx")
    (logits,) = onnxruntime.InferenceSession(tmp_path / "plain.onnx").run(None, {"pixel_values": pixels})
    np.testing.assert_array_equal(both[0], logits)
    last = model.graph.node[-1]
    last.output[0] = "before"
    model.graph.node.append(onnx.helper.make_node("Softmax", ["before"], ["logits"]))
    onnx.save(model, tmp_path / "other.onnx")
    before = (tmp_path / "other.onnx").read_bytes()
    assert add_features(tmp_path / "other.onnx") is None
    assert (tmp_path / "other.onnx").read_bytes() == before
