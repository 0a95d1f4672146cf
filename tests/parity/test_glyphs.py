"""The checkpoint trained on hard drawn characters: how many of its labels each precision keeps."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
import vitscale
from PIL import Image
from transformers import ViTForImageClassification
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.images.image_set import find_images
from vitscale.models.calibration import calibrate

from tests.fixtures.instructions import NEEDS, lacks
from tests.fixtures.vit_glyphs import CHECKPOINT
from tests.fixtures.vit_glyphs.data import (
    CALIBRATION,
    CHARACTERS,
    FONTS,
    HELD_OUT,
    LABELS,
    draw,
    images,
    write_images,
)
from tests.fixtures.vit_glyphs.train import evaluate

LEAST_AGREEMENT = {"fp32": 1.0, "bf16": 0.99, "int8": 0.99}
SOME = 336  # held-out images, 6 of each class
BATCH = 48


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Characters in fonts that training never saw, in folders called by their labels."""
    return write_images(tmp_path_factory.mktemp("unseen"), "held-out", SOME)


@pytest.fixture(scope="module")
def expected(unseen: Path) -> dict[str, str]:
    """First label of each file from Transformers, in fp32 and with its own image processor."""
    model = ViTForImageClassification.from_pretrained(CHECKPOINT, dtype=torch.float32).eval()
    processor = ViTImageProcessorPil.from_pretrained(CHECKPOINT)
    files = find_images(unseen).files
    numbers: list[int] = []
    for start in range(0, len(files), BATCH):
        pictures = [Image.open(unseen / file) for file in files[start : start + BATCH]]
        with torch.inference_mode():
            numbers += model(**processor(pictures, return_tensors="pt")).logits.argmax(1).tolist()
    return {file: model.config.id2label[number] for file, number in zip(files, numbers, strict=True)}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkpoint, calibrated on images of training where the processor has VNNI."""
    folder = tmp_path_factory.mktemp("glyphs")
    copy = Path(shutil.copytree(CHECKPOINT, folder / "vit-glyphs"))
    if not lacks("int8"):
        done = calibrate(copy, write_images(folder / "calibration", "train", CALIBRATION))
        assert done.agreement >= LEAST_AGREEMENT["int8"]
    return copy


def test_no_font_is_in_both_parts_and_drawing_repeats() -> None:
    assert not set(FONTS["train"]) & set(FONTS["held-out"])
    assert len(set(LABELS.values())) == len(CHARACTERS) == 56
    first, again, other = draw("train", 3), draw("train", 3), draw("held-out", 3)
    assert (first.image == again.image).all()
    assert (first.image != other.image).any()


def test_held_out_accuracy_is_the_recorded_one() -> None:
    recorded = json.loads((CHECKPOINT / "vitscale.json").read_text())["held_out_accuracy"]
    assert evaluate(CHECKPOINT, images("held-out", HELD_OUT)) == pytest.approx(recorded, abs=2 / HELD_OUT)
    assert 0.85 < recorded < 0.98  # trained, and hard enough that labels can change


@pytest.mark.parametrize("precision", NEEDS)
def test_first_labels_on_onednn(precision: str, model: Path, unseen: Path, expected: dict[str, str]) -> None:
    if lacks(precision):
        with pytest.raises(vitscale.VitscaleError, match="This processor"):
            vitscale.ViT(model, precision, runtime="onednn")
        return
    with vitscale.ViT(model, precision, runtime="onednn") as vit:
        answers = vit.classify(unseen, top_k=1)
    assert isinstance(answers, Mapping)
    assert answers.keys() == expected.keys()
    same = sum(answers[file][0]["label"] == label for file, label in expected.items())
    assert same >= LEAST_AGREEMENT[precision] * SOME
