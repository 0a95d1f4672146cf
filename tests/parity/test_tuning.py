"""`vitscale tune` on trained weights, beside a graph that is quick and wrong."""

import json
import shutil
from pathlib import Path

import pytest
import vitscale
from vitscale.models.export.run import export
from vitscale.results.profile import Profile
from vitscale.tuning.candidates import Candidate, candidates
from vitscale.tuning.look import Look, fp32_classes, look_at_all
from vitscale.tuning.tune import tune

from tests.fixtures.tiny_vit import write_tiny_vit
from tests.fixtures.vit_digits import CHECKPOINT
from tests.fixtures.vit_digits.data import write_images


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the trained model, and in place of a second graph one whose classifier was exchanged."""
    folder = tmp_path_factory.mktemp("tuning")
    export(str(CHECKPOINT), folder / "model")
    export(str(with_turned_labels(folder)), folder / "turned")
    record = json.loads((folder / "model/vitscale.json").read_text())
    turned = json.loads((folder / "turned/vitscale.json").read_text())
    shutil.copytree(folder / "turned/onnx/fp32", folder / "model/onnx/int8")
    record["onnx"]["int8"] = turned["onnx"]["fp32"]
    (folder / "model/vitscale.json").write_text(json.dumps(record))
    return folder / "model"


def with_turned_labels(folder: Path) -> Path:
    """Return a copy of the checkpoint whose classifier gives each class the next one's number."""
    from safetensors.torch import load_file, save_file

    copy = Path(shutil.copytree(CHECKPOINT, folder / "turned-checkpoint"))
    weights = load_file(copy / "model.safetensors")
    for part in ("weight", "bias"):
        weights[f"classifier.{part}"] = weights[f"classifier.{part}"].roll(1, 0).contiguous()
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    return copy


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits in folders called by their labels."""
    return write_images(tmp_path_factory.mktemp("digits"), "train")


def test_the_profile_is_within_the_loss_and_what_loses_more_is_measured_but_not_taken(
    model: Path, training: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    profile, measured = tune(model, training, count=64, minutes=0.02, say=said.append)
    by_name = {str(one.candidate): one for one in measured}
    assert {"onednn fp32", "onnxruntime fp32", "onnxruntime int8"} <= set(by_name)
    assert any(name.startswith("onednn") and name.endswith("-tome2") for name in by_name)
    wrong = by_name["onnxruntime int8"]
    assert wrong.loss.kind == "accuracy"
    assert wrong.loss.value > 0.8
    assert by_name["onnxruntime fp32"].loss.value == 0
    chosen = by_name[f"{profile.runtime} {profile.precision}"]
    assert chosen.loss.value <= 0.005
    assert chosen.speed.low is not None
    assert all(one.speed.median > 0 for one in measured)
    assert any("finalists in turns" in line for line in said)
    assert said[0] == "1 of 5: onednn fp32"

    profile.write(tmp_path / "profile.json")
    assert Profile.read(tmp_path / "profile.json") == profile
    with vitscale.ViT.from_profile(tmp_path / "profile.json") as vit:
        assert (vit.runtime, vit.batch_size) == (profile.runtime, profile.batch_size)
        assert vit.classify(next(training.rglob("*.png")), top_k=1)


def test_each_candidate_is_opened_once_for_loss_and_first_speed(
    model: Path, training: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Candidate] = []
    real = Candidate.open

    def counted(self: Candidate, model: Path, threads: int = 0) -> vitscale.ViT:
        opened.append(self)
        return real(self, model, threads)

    monkeypatch.setattr(Candidate, "open", counted)
    files = sorted(training.rglob("*.png"))[:8]
    named = candidates(model)
    looks, refused = look_at_all(model, named, training, files, seconds=0.1, say=lambda _: None)
    assert set(looks) | set(refused) == set(named)
    assert [one for one in opened if one in looks] == list(looks)
    with vitscale.ViT(model) as vit:
        expected = [vit.classify(file, top_k=1)[0]["label_id"] for file in files]  # type: ignore[index]
    assert fp32_classes(looks, refused) == expected


def test_without_fp32_there_is_nothing_to_compare_with() -> None:
    looks = {Candidate("onnxruntime", "int8"): Look([1], 1.0)}
    with pytest.raises(vitscale.ModelError, match="onednn fp32: no weights"):
        fp32_classes(looks, {Candidate("onednn", "fp32"): "no weights"})


def test_a_profile_of_another_processor_warns(model: Path, training: Path, tmp_path: Path) -> None:
    Profile(str(model), "0", "Another", "onnxruntime", "fp32", 2, 0, 0.0, {}).write(tmp_path / "p.json")
    with pytest.warns(UserWarning, match="measured on Another"):
        vitscale.ViT.from_profile(tmp_path / "p.json").close()


def test_images_that_cannot_be_decoded_are_one_line(tmp_path: Path) -> None:
    model = write_tiny_vit(tmp_path / "model")
    (model / "vitscale.json").write_text(json.dumps({"name": "tiny", "weights": "random", "onnx": {}}))
    (tmp_path / "images").mkdir()
    (tmp_path / "images/broken.png").write_bytes(b"no image")
    with pytest.raises(vitscale.UsageError, match="None of the images"):
        tune(model, tmp_path / "images")
