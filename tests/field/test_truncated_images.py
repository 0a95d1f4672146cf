"""``truncated`` of the Python API and of the stage, against a real run of Pillow and Transformers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import vitscale
from PIL import Image, ImageFile
from transformers import ViTForImageClassification, pipeline
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.ml import ViTImageClassifier

from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS
from tests.job.jobs import MODEL

TOLERANCE = 1e-4
PHOTO = PHOTOS[0].resize((120, 90))
WHOLE = {
    "baseline": encoded(PHOTO, "JPEG"),
    "progressive": encoded(PHOTO, "JPEG", progressive=True),
    "png": encoded(PHOTO, "PNG"),
}
CUT = {f"{name} cut at {n}/8": file[: len(file) * n // 8] for name, file in WHOLE.items() for n in (3, 6)}
BITMAP = encoded(PHOTO, "BMP")[:5000]


@pytest.fixture(scope="module")
def filled() -> Iterator[dict[str, list[dict[str, Any]]]]:
    """The scores of Transformers' pipeline for what Pillow makes of each cut file."""
    reference = pipeline(
        "image-classification",
        model=ViTForImageClassification.from_pretrained(MODEL),
        image_processor=ViTImageProcessorPil.from_pretrained(MODEL),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
        pictures = {name: Image.open(io.BytesIO(file)).convert("RGB") for name, file in CUT.items()}
    yield {name: reference(picture, top_k=11) for name, picture in pictures.items()}


def by_label(answer: list[dict[str, Any]]) -> dict[str, float]:
    return {one["label"]: one["score"] for one in answer}


def test_vit_fills_truncated_files_as_pillow(filled: dict[str, Any], tmp_path: Path) -> None:
    for place, file in enumerate(CUT.values()):
        (tmp_path / f"{place}.jpg").write_bytes(file)
    paths = [tmp_path / f"{place}.jpg" for place in range(len(CUT))]
    doors = {
        "bytes": list(CUT.values()),
        "paths": paths,
        "file objects": [io.BytesIO(file) for file in CUT.values()],
    }
    with vitscale.ViT(MODEL, truncated="gray") as vit:
        for door, images in doors.items():
            answers = dict(zip(CUT, vit.classify(images, top_k=11), strict=True))
            for name, answer in answers.items():
                wanted = by_label(filled[name])
                assert by_label(answer) == pytest.approx(wanted, abs=TOLERANCE), f"{name}, {door}"
        refused = vit.classify(BITMAP, on_error="return")
    assert "filled in JPEG and PNG only" in str(refused)


def test_vit_refuses_truncated_files_by_default() -> None:
    with vitscale.ViT(MODEL) as vit:
        for name, answer in zip(CUT, vit.classify(list(CUT.values()), on_error="return"), strict=True):
            assert isinstance(answer, vitscale.ImageError) and "truncated" in str(answer), name


def test_the_stage_fills_truncated_files_as_pillow(filled: dict[str, Any], tmp_path: Path) -> None:
    spark = vitscale.start(master="local[2]")
    rows = [(name, (bytearray(file), None)) for name, file in CUT.items()]
    frame = spark.createDataFrame(rows, "name string, image struct<bytes: binary, path: string>")
    stage = ViTImageClassifier(modelPath=MODEL, inputCol="image", topK=11)
    for row in stage.transform(frame).collect():
        assert row.classification.predictions is None and "truncated" in row.classification.error
    stage.setTruncated("gray").save(str(tmp_path / "saved"))
    for column in ("image", "image.bytes"):
        loaded = ViTImageClassifier.load(str(tmp_path / "saved")).setInputCol(column)
        assert loaded.getOrDefault("truncated") == "gray"
        for row in loaded.transform(frame).collect():
            found = {one.label: one.probability for one in row.classification.predictions}
            wanted = by_label(filled[row.name])
            assert found == pytest.approx(wanted, abs=TOLERANCE), f"{row.name}, {column}"


def test_another_value_is_refused_in_one_line() -> None:
    with pytest.raises(vitscale.UsageError, match="truncated is 'black'; expected error or gray"):
        vitscale.ViT(MODEL, truncated="black")  # type: ignore[arg-type]
    vitscale.start(master="local[2]")
    stage = ViTImageClassifier(modelPath=MODEL, truncated="black")
    frame = vitscale.start().createDataFrame([(bytearray(b""),)], "content binary")
    with pytest.raises(vitscale.UsageError, match="truncated"):
        stage.transform(frame)
