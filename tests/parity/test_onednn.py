"""The engine on oneDNN: Transformers' answers in fp32, nearly all of its labels in bf16 and int8."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
import vitscale
from transformers import ViTForImageClassification, pipeline
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.images.image_set import find_images
from vitscale.models.calibration import calibrate
from vitscale.models.defaults import DEFAULT_CHECKPOINT
from vitscale.models.export.run import export

from tests.fixtures.instructions import NEEDS, lacks
from tests.fixtures.tiny_vit import write_tiny_vit
from tests.fixtures.vit_digits import CHECKPOINT
from tests.fixtures.vit_digits.data import write_images


def scores(model: Path, precision: str, images: Path) -> dict[str, dict[str, float]]:
    """Return the score of every label for each file."""
    with vitscale.ViT(model, precision, runtime="onednn") as vit:
        answers = vit.classify(images, top_k=1000)
    assert isinstance(answers, Mapping)
    return {file: {one["label"]: one["score"] for one in answer} for file, answer in answers.items()}


def transformers_scores(model: Path, images: Path) -> dict[str, dict[str, float]]:
    """Return what Transformers' pipeline gives with its own image processor."""
    reference = pipeline(
        "image-classification",
        model=ViTForImageClassification.from_pretrained(model, dtype=torch.float32),
        image_processor=ViTImageProcessorPil.from_pretrained(model),
    )
    files = find_images(images).paths
    answers = reference([str(file) for file in files], top_k=1000, batch_size=8)
    return {
        file.relative_to(images).as_posix(): {one["label"]: one["score"] for one in answer}
        for file, answer in zip(files, answers, strict=True)
    }


def assert_same(
    found: dict[str, dict[str, float]], expected: dict[str, dict[str, float]], atol: float
) -> None:
    assert found.keys() == expected.keys()
    for file, answer in expected.items():
        assert found[file] == pytest.approx(answer, abs=atol), file


def model_folder(folder: Path, weights: str = "random") -> Path:
    """Make a checkpoint a model folder without any ONNX graph, which the runtime does not need."""
    (folder / "vitscale.json").write_text(json.dumps({"name": "tiny-vit", "weights": weights, "onnx": {}}))
    return folder


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"hidden_act": "gelu_new"},
        {"hidden_act": "quick_gelu"},
        {"hidden_act": "relu"},
        {"hidden_act": "silu"},
        {"qkv_bias": False},
        {"layer_norm_eps": 1e-3},
        {"image_size": [48, 80], "patch_size": 16},
        {"image_size": [50, 70], "patch_size": [16, 8]},
        {"num_attention_heads": 1, "num_hidden_layers": 1},
        {"num_hidden_layers": 5, "intermediate_size": 100},
        {"hidden_size": 36, "num_attention_heads": 3, "intermediate_size": 77},
    ],
    ids=str,
)
def test_fp32_gives_transformers_scores(settings: dict[str, object], photos: Path, tmp_path: Path) -> None:
    model = model_folder(write_tiny_vit(tmp_path / "model", **settings))
    assert_same(scores(model, "fp32", photos), transformers_scores(model, photos), atol=1e-5)


def test_shards_and_half_precision_are_read(photos: Path, tmp_path: Path) -> None:
    single = write_tiny_vit(tmp_path / "single")
    for dtype in (torch.float16, torch.bfloat16):
        model = ViTForImageClassification.from_pretrained(single, dtype=dtype)
        sharded = tmp_path / str(dtype)
        model.save_pretrained(sharded, max_shard_size="100KB")
        ViTImageProcessorPil.from_pretrained(single).save_pretrained(sharded)
        assert len(list(sharded.glob("*.safetensors"))) > 1
        found = scores(model_folder(sharded), "fp32", photos)
        assert_same(found, transformers_scores(sharded, photos), atol=1e-5)


def test_a_runtime_that_does_not_exist_is_refused(tiny_model: Path) -> None:
    with pytest.raises(
        vitscale.UsageError, match="no runtime other; expected one of auto, onnxruntime, onednn"
    ):
        vitscale.ViT(tiny_model, runtime="other")  # type: ignore[arg-type]


def test_an_activation_that_it_lacks_is_refused(tmp_path: Path) -> None:
    model = model_folder(write_tiny_vit(tmp_path / "model", hidden_act="mish"))
    with pytest.raises(
        vitscale.ModelError, match=r'hidden_act in .* is "mish"; the oneDNN engine expects gelu'
    ):
        vitscale.ViT(model, runtime="onednn")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained checkpoint, calibrated on digits that it was trained on."""
    folder = tmp_path_factory.mktemp("digits")
    model = Path(shutil.copytree(CHECKPOINT, folder / "vit-digits"))
    calibration = write_images(folder / "calibration", "train")
    if not lacks("int8"):
        calibrate(model, calibration)
    return model


@pytest.mark.parametrize("precision", NEEDS)
def test_trained_weights_keep_their_labels(precision: str, digits: Path, held_out: Path) -> None:
    if lacks(precision):
        with pytest.raises(vitscale.VitscaleError, match="This processor"):
            vitscale.ViT(digits, precision, runtime="onednn")
        return
    expected = {file: max(s, key=s.__getitem__) for file, s in transformers_scores(digits, held_out).items()}
    found = {file: max(s, key=s.__getitem__) for file, s in scores(digits, precision, held_out).items()}
    assert found.keys() == expected.keys()
    same = sum(found[file] == label for file, label in expected.items())
    assert same >= (1 if precision == "fp32" else 0.99) * len(expected)


def test_int8_without_its_own_calibration_is_refused(
    digits: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    model = model_folder(Path(shutil.copytree(tiny_checkpoint, tmp_path / "model")))
    missing, other = r"lacks onednn/int8/scales.json\. Measure it", "was measured with other weights"
    refusal: type[vitscale.VitscaleError] = vitscale.ModelError
    if lacks("int8"):
        refusal, missing, other = vitscale.VitscaleError, "expected VNNI", "expected VNNI"
    with pytest.raises(refusal, match=missing):
        vitscale.ViT(model, "int8", runtime="onednn")
    if not lacks("int8"):
        shutil.copytree(digits / "onednn", model / "onednn")
    with pytest.raises(refusal, match=other):
        vitscale.ViT(model, "int8", runtime="onednn")


def test_vit_base_gives_transformers_scores(photos: Path, tmp_path: Path) -> None:
    model = tmp_path / "vit-base"
    export(DEFAULT_CHECKPOINT, model, allow_random_weights=True)
    some = tmp_path / "photos"
    some.mkdir()
    for file in sorted(photos.rglob("*.jpg"))[:5]:
        shutil.copy(file, some)
    assert_same(scores(model, "fp32", some), transformers_scores(model, some), atol=1e-5)
