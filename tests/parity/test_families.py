"""Every family of image classifiers: Transformers' own answers through each front door."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
import vitscale
from transformers import AutoImageProcessor, AutoModelForImageClassification, pipeline
from transformers.image_utils import load_image
from vitscale.backends.parsing import parse
from vitscale.backends.process import load_backend
from vitscale.images.image_set import find_images
from vitscale.ml import ViTImageClassifier
from vitscale.models.checkpoint.families import FAMILIES as SUPPORTED
from vitscale.models.export.run import export
from vitscale.models.folder import ModelFolder

from tests.fixtures.tiny_checkpoints import LABELS, write_tiny_family
from tests.fixtures.tiny_families import FAMILIES

TOLERANCE = 1e-4
"""Of logits, relative to the largest."""

Family = Callable[[str], tuple[Path, Path]]


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Family:
    """Return the checkpoint and the exported model of a family; each is made once."""
    root = tmp_path_factory.mktemp("families")

    @cache
    def made(name: str) -> tuple[Path, Path]:
        source = write_tiny_family(name, root / "checkpoints" / name)
        export(str(source), root / "models" / name)
        return source, root / "models" / name

    return made


def transformers_logits(source: Path, files: list[Path]) -> np.ndarray:
    """Return the logits of Transformers' model and PIL processor, one row for each file."""
    processor = AutoImageProcessor.from_pretrained(source, backend="pil")
    model = AutoModelForImageClassification.from_pretrained(source).eval()
    images = [load_image(str(file)) for file in files]
    with torch.inference_mode():
        return np.stack(
            [model(**processor(image, return_tensors="pt")).logits[0].numpy() for image in images]
        )


def transformers_labels(source: Path, files: list[Path]) -> list[str]:
    """Return the first label of Transformers' pipeline for each file."""
    classify = pipeline(
        "image-classification",
        model=AutoModelForImageClassification.from_pretrained(source),
        image_processor=AutoImageProcessor.from_pretrained(source, backend="pil"),
    )
    return [classify(str(file), top_k=1)[0]["label"] for file in files]


def test_the_table_of_tiny_families_has_every_supported_one() -> None:
    assert {tiny.model_type or name for name, tiny in FAMILIES.items()} == set(SUPPORTED)


@pytest.mark.parametrize("name", FAMILIES)
def test_logits_and_labels_are_those_of_transformers(family: Family, name: str, photos: Path) -> None:
    source, model = family(name)
    files = sorted(photos.rglob("*.jpg"))[:6]
    with vitscale.ViT(model, runtime="onnxruntime") as vit:
        answers: Any = vit.classify(files, top_k=LABELS)
    assert [answer[0]["label"] for answer in answers] == transformers_labels(source, files)
    expected = transformers_logits(source, files)
    scores = [{one["label"]: one["score"] for one in answer} for answer in answers]
    found = np.log([[row[f"class {number}"] for number in range(LABELS)] for row in scores])
    logits = found + np.log(np.exp(expected).sum(axis=1, keepdims=True))  # a softmax forgets their sum
    assert np.abs(logits - expected).max() <= TOLERANCE * np.abs(expected).max()
    assert len({tuple(row) for row in expected.round(3).tolist()}) == len(files), "photos look alike"


@pytest.mark.parametrize("name", ["timm-vit", "timm-convnext", "efficientnet"])
def test_the_backends_in_python_agree_and_time_their_stages(family: Family, name: str, photos: Path) -> None:
    source, path = family(name)
    images, model = find_images(photos).spread(4), ModelFolder.open(path)
    expected = transformers_logits(source, images.paths)
    theirs, onnx_runtime = (load_backend(parse(kind), model, 2) for kind in ("huggingface", "onnxruntime"))
    for backend in (theirs, onnx_runtime):
        assert np.abs(backend.outputs(images).logits - expected).max() <= TOLERANCE * np.abs(expected).max()
        assert all(seconds > 0 for seconds in backend.stages(images).values())
    assert np.array_equal(theirs.outputs(images).pixels, onnx_runtime.outputs(images).pixels)


VARIANTS = {
    ("swin", "int8", "float32"): {"MultiHeadAttention", "SkipLayerNormalization", "MatMulInteger"},
    ("deit", "fp16", "float32"): {"MultiHeadAttention", "SkipLayerNormalization", "MatMul"},
    ("resnet", "int8-static", "float32"): {"QuantizeLinear", "Conv"},
    ("mobilevit", "fp32", "uint8"): {"Conv"},
    ("efficientnet", "fp32", "uint8"): {"Conv"},
}
"""Family, precision and input -> operators of the graph."""


@pytest.mark.parametrize(("name", "precision", "input_type"), VARIANTS)
def test_other_variants_keep_the_labels(
    family: Family, name: str, precision: str, input_type: str, photos: Path
) -> None:
    source, model = family(name)
    report = export(str(source), model, precision, input_type=input_type, images=photos, force=True)
    graph = onnx.load(report.graph_path).graph
    assert VARIANTS[name, precision, input_type] <= {node.op_type for node in graph.node}
    files = sorted(photos.rglob("*.jpg"))
    with vitscale.ViT(model, report.variant, runtime="onnxruntime") as vit:
        answers: Any = vit.classify(files, top_k=1)
    expected = transformers_labels(source, files)
    same = sum(answer[0]["label"] == label for answer, label in zip(answers, expected, strict=True))
    least = len(files) if precision == "fp32" else 0.75 * len(files)
    assert same >= least


GROUPS = [list(FAMILIES)[first : first + 6] for first in range(0, len(FAMILIES), 6)]


@pytest.mark.parametrize("names", GROUPS, ids="-".join)
def test_the_stage_and_the_job_of_spark_give_these_labels(
    family: Family, names: list[str], photos: Path, tmp_path: Path
) -> None:
    spark = vitscale.start(master="local[2]")
    files = sorted(photos.rglob("*.jpg"))[:3]
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, file in enumerate(files):
        (folder / f"{number}.jpg").hardlink_to(file)
    images = spark.read.format("binaryFile").load(str(folder)).cache()
    for name in names:
        source, model = family(name)
        expected = dict(enumerate(transformers_labels(source, files)))
        stage = ViTImageClassifier(modelPath=str(model), topK=1)
        rows = stage.transform(images).select("path", "classification").collect()
        assert {number_of(row["path"]): label_of(row["classification"]) for row in rows} == expected, name
        assert run_job(spark, folder, model, tmp_path / name) == expected, name


def number_of(path: str) -> int:
    return int(Path(path).stem)


def label_of(classification: Any) -> str:
    return str(classification["predictions"][0]["label"])


def run_job(spark: Any, folder: Path, model: Path, output: Path) -> dict[int, str]:
    """Run the classify job in this Spark session, and return the first labels."""
    jvm = spark._jvm
    words = f"--images|{folder}|--model|{model}|--output|{output}|--format|jsonl|--top-k|1".split("|")
    arguments = jvm.scala.collection.JavaConverters.asScalaBufferConverter(words).asScala().toSeq()
    options = jvm.vitscale.job.run.JobOptions.parse(arguments).get()
    progress = jvm.vitscale.job.run.Progress.onStandardError()
    stop = jvm.vitscale.job.run.StopSignal()
    ledger = jvm.vitscale.job.ClassifyJob(spark._jsparkSession, options, stop, progress).run()
    assert ledger.exitCode() == 0
    lines = [
        line for part in (output / "predictions").glob("part-*") for line in part.read_text().splitlines()
    ]
    return {number_of(row["path"]): row["label"] for row in map(json.loads, lines)}


def test_the_input_size_is_that_of_the_processor(family: Family) -> None:
    sizes = {"dinov2": 224, "resnet": 224, "mobilevit": 256, "convnextv2": 384, "bit": 448, "clip": 224}
    for name, edge in sizes.items():
        _, model = family(name)
        opened = ModelFolder.open(model, "fp32")
        assert (opened.image_height, opened.image_width) == (edge, edge), name
        assert json.loads((model / "vitscale.json").read_text())["family"] == name
