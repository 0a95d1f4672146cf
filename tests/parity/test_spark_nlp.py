"""Stock Spark NLP over py4j: where nothing is resized, it answers as Transformers' pipeline does."""

from pathlib import Path

import pytest
from PIL import Image
from transformers import pipeline
from vitscale import SparkNLPViT
from vitscale.errors import ModelError, UsageError


@pytest.fixture(scope="module")
def folder(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of the model's size, and one file that is no image."""
    root = tmp_path_factory.mktemp("sized")
    for number, photo in enumerate(sorted(photos.rglob("*.jpg"))[:4]):
        with Image.open(photo) as image:
            image.convert("RGB").resize((224, 224)).save(root / f"{number}.png")
    (root / "broken.png").write_bytes(b"no image")
    return root


@pytest.fixture(scope="module")
def stock(tiny_model: Path) -> SparkNLPViT:
    return SparkNLPViT(tiny_model)


def test_labels_and_scores_are_transformers(stock: SparkNLPViT, folder: Path, tiny_model: Path) -> None:
    reference = pipeline("image-classification", str(tiny_model))
    answers = stock.classify(folder, top_k=3)
    assert sorted(answers) == ["0.png", "1.png", "2.png", "3.png"]
    for file, answer in answers.items():
        expected = reference(str(folder / file), top_k=3)
        assert [one["label"] for one in answer] == [one["label"] for one in expected]
        # The labels of this model are "class 0", "class 1", ...
        assert [f"class {one['label_id']}" for one in answer] == [one["label"] for one in expected]
        assert [one["score"] for one in answer] == pytest.approx([one["score"] for one in expected], abs=1e-4)


def test_what_spark_left_out_is_named(stock: SparkNLPViT, folder: Path) -> None:
    failed = stock.failed(folder)
    assert list(failed) == ["broken.png"]
    assert "could not decode" in failed["broken.png"]


def test_mistakes_are_typed_errors(stock: SparkNLPViT, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="top_k is 0"):
        stock.classify(folder, top_k=0)
    with pytest.raises(UsageError, match="holds no image"):
        stock.classify(tmp_path)
    with pytest.raises(ModelError, match="vitscale export"):
        SparkNLPViT(tmp_path)
