"""The oneDNN engine beside Transformers on tiny classifiers of each family that it runs: the same logits."""

import copy
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
import vitscale
from PIL import Image
from transformers import PreTrainedModel
from vitscale.images.image_set import find_images
from vitscale.models.calibration import calibrate

from tests.fixtures.encoder_families import FAMILIES, LABELS
from tests.fixtures.instructions import lacks

Logits = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Case:
    """A model folder, and what Transformers makes of it.

    Attributes
    ----------
    folder : Path
        The model folder.
    photos : Path
        Folder of images.
    model : PreTrainedModel
        The model in Transformers.
    pixels : Tensor, float32 [photos, 3, height, width]
        The images after Transformers' processor.
    has_int8 : bool
        Whether the engine computes the model on 8-bit codes too.
    """

    folder: Path
    photos: Path
    model: PreTrainedModel
    pixels: torch.Tensor
    has_int8: bool = True

    def expected(self, dtype: torch.dtype = torch.float32) -> Logits:
        """Return Transformers' logits [photos, labels], computed in a type of numbers."""
        model = copy.deepcopy(self.model).to(dtype)  # bf16 rounds the weights for good
        with torch.no_grad():
            logits = model(pixel_values=self.pixels.to(dtype)).logits
        return np.asarray(logits.to(torch.float64))

    def found(self, precision: str) -> Logits:
        """Return the engine's logits [photos, labels]: the scores of a regression."""
        with vitscale.ViT(self.folder, precision, runtime="onednn") as vit:
            answers = vit.classify(self.photos, top_k=LABELS)
        assert isinstance(answers, Mapping)
        rows = []
        for file in find_images(self.photos).paths:
            answer = answers[file.relative_to(self.photos).as_posix()]
            scores = {one["label"]: one["score"] for one in answer}
            rows.append([scores[f"class {number}"] for number in range(LABELS)])
        return np.array(rows)

    def error(self, logits: Logits) -> float:
        """Return the largest difference to Transformers in fp32, as a share of the largest logit."""
        expected = self.expected()
        return float(np.abs(logits - expected).max() / np.abs(expected).max())


@pytest.fixture(scope="module", params=FAMILIES)
def case(
    request: pytest.FixtureRequest, photos: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Case]:
    family = FAMILIES[request.param]
    folder = tmp_path_factory.mktemp("family")
    model = family.write(folder)
    images = [Image.open(file).convert("RGB") for file in find_images(photos).paths]
    pixels = family.processor()(images, return_tensors="pt")["pixel_values"]
    yield Case(folder, photos, model, pixels, family.has_int8)
    shutil.rmtree(folder)


def test_fp32_gives_transformers_logits(case: Case) -> None:
    assert case.error(case.found("fp32")) < 1e-5


def test_features_are_what_transformers_classifier_reads(case: Case) -> None:
    with vitscale.ViT(case.folder, runtime="onednn") as vit:
        if hasattr(case.model, "distillation_classifier"):
            with pytest.raises(vitscale.ModelError, match=r"no output features\. .* not one linear layer"):
                vit.features(case.photos)
            return
        found = vit.features(case.photos)
    seen: list[torch.Tensor] = []
    classifier: torch.nn.Module = case.model.classifier
    hook = classifier.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    case.expected()
    hook.remove()
    (wanted,) = (one.numpy() for one in seen)
    assert np.abs(found - wanted).max() <= 1e-4 * max(1.0, float(np.abs(wanted).max()))


def test_bf16_rounds_no_more_than_torch(case: Case) -> None:
    """Weights and inputs of layers are rounded as torch does it; sums between them are not."""
    if lacks("bf16"):
        with pytest.raises(vitscale.VitscaleError, match="This processor"):
            case.found("bf16")
        return
    assert case.error(case.found("bf16")) < 1.25 * case.error(case.expected(torch.bfloat16))


def test_int8_stays_near_transformers(case: Case) -> None:
    if not case.has_int8:
        with pytest.raises(vitscale.ModelError, match=r"fp32 and bf16, not in int8\. Run int8 on ONNX"):
            calibrate(case.folder, case.photos)
        return
    if lacks("int8"):
        with pytest.raises(vitscale.VitscaleError, match="This processor"):
            calibrate(case.folder, case.photos)
        return
    calibrate(case.folder, case.photos, force=True)
    found, expected = case.found("int8"), case.expected()
    assert case.error(found) < 0.1
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).mean() >= 0.75


def test_gates_are_read_from_shards_in_half_precision(photos: Path, tmp_path: Path) -> None:
    family = FAMILIES["dinov2 with gates"]
    family.write(tmp_path)
    model = family.model().to(torch.bfloat16)
    (tmp_path / "model.safetensors").unlink()
    model.save_pretrained(tmp_path, max_shard_size="50KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    images = [Image.open(file).convert("RGB") for file in find_images(photos).paths]
    pixels = family.processor()(images, return_tensors="pt")["pixel_values"]
    case = Case(tmp_path, photos, model.to(torch.float32), pixels)
    assert case.error(case.found("fp32")) < 1e-5


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        (
            "vit",
            {"model_type": "resnet"},
            r'model_type in .* is "resnet"; the oneDNN engine expects one of vit',
        ),
        ("siglip", {"model_type": "siglip2"}, r'model_type in .* is "siglip2"'),
        ("beit", {"image_size": [64, 80]}, r"image_size in .* is \[64,80\]; .* a square for beit"),
        ("dinov2", {"image_size": [56, 70]}, "one whose number of patches is a square"),
        ("dinov2", {"mlp_ratio": 0}, "mlp_ratio in .* is 0; .* a number that makes"),
        ("clip", {"vision_config": None}, "vision_config in .* is null; .* expects an object"),
        ("deit", {"image_size": 80}, r"makes images of 64x64 pixels; image_size of config.json is 80x80"),
        ("beit", {"use_relative_position_bias": "yes"}, "true or false"),
        ("swin", {"window_size": 9}, "window_size in .* is 9; .* at most 8, since stage 2 has 8x8 tokens"),
        ("swin with positions", {"image_size": 32}, r"makes images of 64x64 pixels; image_size .* is 32x32"),
        ("convnext", {"depths": [1, 2]}, "depths in .* a list of 3 numbers, as hidden_sizes"),
        ("convnext", {"depths": [1, 0, 1]}, "depths in .* a list of whole numbers from 1"),
        ("convnext", {"num_stages": 2}, "num_stages in .* is 2; .* expects 3, as many as hidden_sizes"),
        ("convnext", {"patch_size": 32}, "patch_size in .* is 32; .* a token of images of 64x64"),
    ],
)
def test_what_it_does_not_run_is_refused(
    name: str, settings: dict[str, object], expected: str, tmp_path: Path
) -> None:
    FAMILIES[name].write(tmp_path)
    config = tmp_path / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | settings))
    with pytest.raises(vitscale.ModelError, match=expected):
        vitscale.ViT(tmp_path, runtime="onednn")
