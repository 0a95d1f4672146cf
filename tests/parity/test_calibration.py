"""`vitscale calibrate` on trained weights that 8 bits would ruin, rewritten so that fp32 does not change."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import vitscale
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner
from vitscale.cli.app import app
from vitscale.models.calibration import calibrate
from vitscale.models.export.run import export

from tests.fixtures.instructions import lacks
from tests.fixtures.vit_digits import CHECKPOINT
from tests.fixtures.vit_digits.data import write_images

Weights = dict[str, torch.Tensor]
LAYER = "vit.encoder.layer"


def loud_inputs(weights: Weights) -> None:
    """Make some channels behind each normalisation 300 times as loud, and their weights as much smaller."""
    for norm, readers in {
        "layernorm_before": [f"attention.attention.{name}" for name in ("query", "key", "value")],
        "layernorm_after": ["intermediate.dense"],
    }.items():
        for index in blocks(weights):
            for channel in (3, 17):
                for part in ("weight", "bias"):
                    weights[f"{LAYER}.{index}.{norm}.{part}"][channel] *= 300
                for reader in readers:
                    weights[f"{LAYER}.{index}.{reader}.weight"][:, channel] /= 300


def loud_values(weights: Weights) -> None:
    """Make one channel of the attention's values 3000 times as loud in one block: smoothing is not there."""
    name = f"{LAYER}.1.attention"
    for part in ("weight", "bias"):
        weights[f"{name}.attention.value.{part}"][5] *= 3000
    weights[f"{name}.output.dense.weight"][:, 5] /= 3000


def blocks(weights: Weights) -> list[int]:
    return sorted({int(name.split(".")[3]) for name in weights if name.startswith(LAYER)})


def checkpoint(folder: Path, change: Callable[[Weights], None] | None = None) -> Path:
    model = Path(shutil.copytree(CHECKPOINT, folder))
    if change is not None:
        weights = load_file(model / "model.safetensors")
        change(weights)
        save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    (model / "vitscale.json").write_text(json.dumps({"name": "digits", "weights": "pretrained", "onnx": {}}))
    return model


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits that the checkpoint was trained on, in folders called by their labels."""
    return write_images(tmp_path_factory.mktemp("digits"), "train")


computes_int8 = pytest.mark.skipif(lacks("int8"), reason="computes in int8 on oneDNN, which needs VNNI")


@computes_int8
def test_ordinary_weights_keep_their_labels_with_all_blocks_in_int8(training: Path, tmp_path: Path) -> None:
    done = calibrate(checkpoint(tmp_path / "model"), training)
    assert (done.images, done.checks, done.labelled) == (128, 128, 128)
    assert done.agreement >= 0.99
    assert done.exact_blocks == ()
    assert done.accuracy is not None
    assert done.fp32_accuracy is not None
    assert done.accuracy >= done.fp32_accuracy - 0.01 > 0.9


@computes_int8
def test_loud_channels_are_smoothed(training: Path, held_out: Path, tmp_path: Path) -> None:
    model = checkpoint(tmp_path / "model", loud_inputs)
    done = calibrate(model, training)
    assert (done.smoothed, done.exact_blocks) == (True, ())
    assert done.agreement >= 0.99
    assert agreement(model, held_out) >= 0.99
    scales = json.loads(done.file.read_text())
    for block in scales["blocks"]:
        block["attention_smoothing"] = block["feed_forward_smoothing"] = []
        block["attention_input"], block["feed_forward_input"] = 300.0, 300.0
    done.file.write_text(json.dumps(scales))
    assert agreement(model, held_out) < 0.9  # what the codes would lose without


@computes_int8
def test_blocks_that_lose_labels_stay_without_codes(training: Path, held_out: Path, tmp_path: Path) -> None:
    model = checkpoint(tmp_path / "model", loud_values)
    done = calibrate(model, training)
    assert 1 in done.exact_blocks
    assert len(done.exact_blocks) < done.blocks
    assert done.agreement >= 0.99
    assert agreement(model, held_out) >= 0.99


def agreement(model: Path, images: Path) -> float:
    """Return the share of the images that keep fp32's first label."""
    with (
        vitscale.ViT(model, runtime="onednn") as exact,
        vitscale.ViT(model, "int8", runtime="onednn") as coded,
    ):
        expected, found = (vit.classify(images, top_k=1) for vit in (exact, coded))
    assert isinstance(expected, dict)
    assert isinstance(found, dict)
    same = [found[file][0]["label"] == answer[0]["label"] for file, answer in expected.items()]
    return sum(same) / len(same)


@computes_int8
def test_a_model_that_loses_too_much_is_refused_and_nothing_is_written(
    training: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = checkpoint(tmp_path / "model", loud_values)
    monkeypatch.setattr("vitscale.models.calibration.LEAST_AGREEMENT", 1.1)  # no model can reach it
    with pytest.raises(vitscale.ModelError, match=r"expected at least 110%\. Nothing was written"):
        calibrate(model, training, count=16)
    assert not (model / "onednn").exists()
    assert calibrate(model, training, count=16, force=True).file.is_file()


@computes_int8
def test_the_command_says_what_it_wrote_and_auto_uses_it(training: Path, tmp_path: Path) -> None:
    model = checkpoint(tmp_path / "model")
    run = CliRunner().invoke(app, ["calibrate", str(model), "--images", str(training), "--json", "-"])
    assert run.exit_code == 0, run.output
    facts = json.loads(run.stdout)
    assert facts["file"].endswith("onednn/int8/scales.json")
    with vitscale.ViT(model, "int8") as vit:
        assert vit.runtime == "onednn"


def test_what_cannot_be_is_one_line(training: Path, tmp_path: Path) -> None:
    with pytest.raises(vitscale.ModelError, match="is no model folder"):
        calibrate(tmp_path / "none", training)
    (tmp_path / "images").mkdir()
    (tmp_path / "images/broken.jpg").write_bytes(b"no image")
    with pytest.raises(vitscale.UsageError, match="None of the images"):
        calibrate(checkpoint(tmp_path / "model"), tmp_path / "images")


@pytest.mark.skipif(not lacks("int8"), reason="this processor computes int8")
def test_a_processor_without_vnni_is_refused_in_one_line_and_nothing_is_written(
    training: Path, tmp_path: Path
) -> None:
    model = checkpoint(tmp_path / "a model")
    run = CliRunner().invoke(app, ["calibrate", str(model), "--images", str(training), "--count", "4"])
    assert run.exit_code != 0
    with pytest.raises(
        vitscale.VitscaleError, match=r"expected VNNI\. Run int8 on ONNX Runtime\."
    ) as refusal:
        calibrate(model, training, count=4)
    assert "\n" not in str(refusal.value)
    assert not (model / "onednn").exists()


@computes_int8
def test_random_weights_are_calibrated_without_a_judgement(photos: Path, tmp_path: Path) -> None:
    export("google/vit-base-patch16-224", tmp_path / "vit", allow_random_weights=True)
    done = calibrate(tmp_path / "vit", photos, count=8)
    assert done.exact_blocks == ()
    assert done.file.is_file()
