"""Python's front door against a real run of Transformers on the same pictures and weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vitscale
from PIL import Image
from transformers import ViTForImageClassification, pipeline
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.errors import ImageError, ModelError, UsageError

from tests.job.jobs import MODEL
from tests.parity.answers import TOLERANCE, assert_same


def assert_same_labels(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    assert [one["label"] for one in found] == [one["label"] for one in wanted]
    np.testing.assert_allclose(
        [one["score"] for one in found], [one["score"] for one in wanted], atol=TOLERANCE
    )


def test_pictures_are_told_apart(expected: dict[str, list[dict[str, Any]]]) -> None:
    assert len({labels[0]["label"] for labels in expected.values()}) >= 3


def test_python_takes_paths_bytes_and_pillow_images(
    vit: vitscale.ViT, pictures: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    files = sorted(pictures.iterdir())
    for images in (files, [str(file) for file in files], [file.read_bytes() for file in files]):
        for file, found in zip(files, vit.classify(images, top_k=11), strict=True):
            assert_same(found, expected[file.name])
    with Image.open(files[0]) as image:
        assert_same(vit.classify(image, top_k=3), expected[files[0].name])


def test_python_takes_a_folder(
    vit: vitscale.ViT, pictures: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    answers = vit.classify(pictures, top_k=2)
    assert list(answers) == sorted(expected)
    for name, found in answers.items():
        assert len(found) == 2
        assert_same(found, expected[name])


def test_a_pillow_image_is_turned_upright_as_transformers_does(
    vit: vitscale.ViT, pictures: Path, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    with Image.open(pictures / "03.png") as image:
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
    vit: vitscale.ViT, pictures: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    good = sorted(pictures.iterdir())[:3]
    images = [good[0], b"no image", good[1], pictures / "missing.png", good[2]]
    answers = vit.classify(images, on_error="return")
    assert isinstance(answers[1], ImageError)
    assert isinstance(answers[3], ImageError) and "missing.png" in str(answers[3])
    for place, file in zip((0, 2, 4), good, strict=True):
        assert_same(answers[place], expected[file.name])
    with pytest.raises(ImageError, match="2 of 5 images failed"):
        vit.classify(images)
    with pytest.raises(ImageError, match=r"missing\.png"):
        vit.classify(pictures / "missing.png")


def test_wrong_arguments_are_explained(vit: vitscale.ViT, pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="topK is 0; expected at least 1"):
        vit.classify(pictures, top_k=0)
    with pytest.raises(ModelError, match="There is no model folder"):
        vitscale.ViT(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="makes no graph int3, but fp32"):
        vitscale.ViT(MODEL, precision="int3")
