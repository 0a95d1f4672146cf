"""The trained checkpoint: that it is as good as it says, and what lossy variants cost it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import ViTForImageClassification
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.models.export.run import export

from tests.fixtures.vit_digits import CHECKPOINT
from tests.fixtures.vit_digits.data import HELD_OUT, LABELS, load
from tests.fixtures.vit_digits.train import evaluate

LEAST_AGREEMENT = 0.99  # of int8 with fp32
MOST_LOST = 0.02  # of the accuracy, by a published int8 or token-merging ViT off the shelf


@pytest.fixture(scope="module")
def recorded() -> float:
    accuracy: float = json.loads((CHECKPOINT / "vitscale.json").read_text())["held_out_accuracy"]
    return accuracy


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, since export writes beside the weights."""
    return Path(shutil.copytree(CHECKPOINT, tmp_path_factory.mktemp("digits") / "vit-digits"))


def cost(model: Path, held_out: Path, **variant: Any) -> dict[str, Any]:
    found = export(str(model), model, images=held_out, **variant).cost
    assert found is not None
    return found


def test_no_digit_is_in_both_parts() -> None:
    train, test = load("train"), load("held-out")
    assert len(train.images) + len(test.images) == 1797
    assert np.bincount(test.classes, minlength=len(LABELS)).min() > 0.9 * HELD_OUT / len(LABELS)
    # The data may hold a picture more than once, but a mixed-up split would share many.
    seen = {image.tobytes() for image in train.images}
    assert sum(image.tobytes() in seen for image in test.images) < 5


def test_held_out_accuracy_is_the_recorded_one(recorded: float) -> None:
    model = ViTForImageClassification.from_pretrained(CHECKPOINT).eval()
    processor = ViTImageProcessorPil.from_pretrained(CHECKPOINT)
    assert evaluate(model, processor, load("held-out")) == pytest.approx(recorded, abs=1 / HELD_OUT)
    assert recorded > 0.95


@pytest.mark.parametrize(("precision", "images"), [("int8", HELD_OUT), ("int8-static", HELD_OUT // 2)])
def test_int8_passes_the_gate(
    precision: str, images: int, model: Path, held_out: Path, recorded: float
) -> None:
    found = cost(model, held_out, precision=precision)
    assert found["images"] == found["labelled"] == images
    assert found["top1_agreement"] >= LEAST_AGREEMENT
    assert found["accuracy"] == pytest.approx(recorded, abs=MOST_LOST)


def test_merging_few_tokens_keeps_the_accuracy(model: Path, held_out: Path, recorded: float) -> None:
    found = cost(model, held_out, token_merging=4)
    assert found["fp32_accuracy"] == pytest.approx(recorded, abs=1 / HELD_OUT)
    assert found["accuracy"] > recorded - MOST_LOST
