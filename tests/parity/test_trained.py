"""Trained weights through the JVM: Transformers' first label on every digit, and in int8 on nearly every."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import vitscale
from scipy.special import softmax
from transformers import ViTForImageClassification, pipeline
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.backends.onnxruntime.backend import OnnxRuntimeBackend
from vitscale.backends.parsing import parse
from vitscale.images.image_set import find_images
from vitscale.models.export.run import export
from vitscale.models.folder import ModelFolder

from tests.fixtures.vit_digits import CHECKPOINT


@pytest.fixture(scope="module")
def model(held_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(CHECKPOINT, tmp_path_factory.mktemp("digits") / "vit-digits"))
    export(str(folder), folder)
    export(str(folder), folder, input_type="uint8")
    export(str(folder), folder, precision="int8", images=held_out)
    return folder


@pytest.fixture(scope="module")
def expected(held_out: Path) -> dict[str, str]:
    """What Transformers' pipeline calls each file."""
    reference = pipeline(
        "image-classification",
        model=ViTForImageClassification.from_pretrained(CHECKPOINT),
        image_processor=ViTImageProcessorPil.from_pretrained(CHECKPOINT),
    )
    files = sorted(held_out.rglob("*.png"))
    answers = reference([str(file) for file in files], top_k=1, batch_size=32)
    return {
        file.relative_to(held_out).as_posix(): answer[0]["label"]
        for file, answer in zip(files, answers, strict=True)
    }


def first_labels(model: Path, precision: str, images: Path) -> dict[str, str]:
    with vitscale.ViT(model, precision) as vit:
        answers = vit.classify(images, top_k=1)
    assert isinstance(answers, Mapping)
    return {file: answer[0]["label"] for file, answer in answers.items()}


@pytest.mark.parametrize("precision", ["fp32", "fp32-uint8"])
def test_every_digit_gets_transformers_label(
    precision: str, model: Path, held_out: Path, expected: dict[str, str]
) -> None:
    assert first_labels(model, precision, held_out) == expected


def test_int8_keeps_the_label_of_nearly_all(model: Path, held_out: Path, expected: dict[str, str]) -> None:
    found = first_labels(model, "int8", held_out)
    assert found.keys() == expected.keys()
    assert sum(found[file] == label for file, label in expected.items()) >= 0.99 * len(expected)


def test_int8_answers_are_those_of_exact_integers(model: Path, held_out: Path) -> None:
    """A processor without VNNI would cut sums off, were the engine not told to be precise."""
    images = find_images(held_out)
    folder = ModelFolder.open(model, "int8")
    outputs = OnnxRuntimeBackend(parse("onnxruntime:precision=int8"), folder, batch_size=1).outputs(images)
    expected = dict(zip(outputs.files, softmax(outputs.logits, axis=1), strict=True))
    with vitscale.ViT(model, "int8", batch_size=1) as vit:  # scales are those of a batch
        answers = vit.classify(held_out, top_k=10)
    assert isinstance(answers, Mapping) and answers.keys() == expected.keys()
    for file, answer in answers.items():
        scores = {one["label"]: one["score"] for one in answer}
        found = [scores[label] for label in folder.labels]
        np.testing.assert_allclose(found, expected[file], atol=1e-3)


def test_the_labels_are_those_written_on_the_folders(expected: dict[str, str]) -> None:
    right = sum(file.split("/")[0] == label for file, label in expected.items())
    assert right > 0.95 * len(expected)
