"""Loading checkpoints: what is accepted, what is refused and why, and what stands in for a silent hub."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from transformers import ViTForImageClassification, ViTModel
from vitscale.errors import ModelError
from vitscale.images.photos.sources import SOURCES
from vitscale.models.checkpoint import load as module
from vitscale.models.checkpoint.load import load_checkpoint
from vitscale.models.checkpoint.random_weights import known_architectures, stand_in
from vitscale.models.defaults import DEFAULT_CHECKPOINT

from tests.fixtures.tiny_vit import write_tiny_vit


def edited(folder: Path, tmp_path: Path, **changes: object) -> Path:
    copy = tmp_path / "edited"
    shutil.copytree(folder, copy)
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | changes))
    return copy


def test_a_folder_gives_the_logits_that_transformers_gives(tiny_checkpoint: Path) -> None:
    checkpoint = load_checkpoint(str(tiny_checkpoint))
    pixels = torch.randn(2, 3, 224, 224)
    expected = ViTForImageClassification.from_pretrained(tiny_checkpoint)(pixel_values=pixels).logits
    assert torch.equal(checkpoint.model(pixel_values=pixels).logits, expected)
    assert (checkpoint.name, checkpoint.weights) == ("tiny-vit", "pretrained")
    assert type(checkpoint.processor).__name__ == "ViTImageProcessorPil"


def test_a_model_of_half_precision_is_loaded_in_float32(tiny_checkpoint: Path, tmp_path: Path) -> None:
    model = ViTForImageClassification.from_pretrained(tiny_checkpoint, dtype=torch.float16)
    shutil.copytree(tiny_checkpoint, tmp_path / "half")
    model.save_pretrained(tmp_path / "half")
    assert load_checkpoint(str(tmp_path / "half")).model.dtype == torch.float32


@pytest.mark.parametrize("missing", ["config.json", "preprocessor_config.json", "model.safetensors"])
def test_a_missing_file_is_named(tiny_checkpoint: Path, tmp_path: Path, missing: str) -> None:
    copy = edited(tiny_checkpoint, tmp_path)
    (copy / missing).unlink()
    with pytest.raises(ModelError, match=missing):
        load_checkpoint(str(copy))


def test_another_kind_of_model_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="expected a classifier of model_type deit"):
        load_checkpoint(str(edited(tiny_checkpoint, tmp_path, model_type="deit")))


def test_one_channel_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is 1; expected 3"):
        load_checkpoint(str(edited(tiny_checkpoint, tmp_path, num_channels=1)))


def test_a_vit_without_a_classifier_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    copy = edited(tiny_checkpoint, tmp_path)
    ViTModel.from_pretrained(tiny_checkpoint, add_pooling_layer=False).save_pretrained(copy)
    with pytest.raises(ModelError, match=r"ViTModel.*expected a classifier"):
        load_checkpoint(str(copy))


def test_a_config_that_is_no_json_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    copy = edited(tiny_checkpoint, tmp_path)
    (copy / "config.json").write_text("{")
    with pytest.raises(ModelError, match=r"config\.json"):
        load_checkpoint(str(copy))


def test_the_stand_in_says_that_its_weights_are_random(monkeypatch: pytest.MonkeyPatch) -> None:
    small = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    monkeypatch.setattr(
        "vitscale.models.checkpoint.random_weights.known_architectures",
        lambda: {DEFAULT_CHECKPOINT: {"labels": "imagenet-1k", "config": small}},
    )
    checkpoint = load_checkpoint(DEFAULT_CHECKPOINT, allow_random_weights=True)
    assert (checkpoint.name, checkpoint.weights) == (DEFAULT_CHECKPOINT, "random")
    labels = checkpoint.model.config.id2label
    assert labels[0] == "tench, Tinca tinca"
    assert labels[1] == "goldfish, Carassius auratus"
    assert labels[207] == "golden retriever"
    assert labels[999] == "toilet tissue, toilet paper, bathroom tissue"
    assert (labels[134], labels[517]) == ("crane", "crane")


def test_every_known_architecture_has_its_label_texts() -> None:
    counts = {"imagenet-1k": 1000, "food-101": 101, "hotdog": 2}
    data = Path(module.__file__).parent / "data"
    for name, known in known_architectures().items():
        texts = json.loads((data / f"{known['labels']}.json").read_text(encoding="utf-8"))["labels"]
        assert len(texts) == counts[known["labels"]], name


def test_seeded_weights_repeat_and_tell_photos_apart(tmp_path: Path) -> None:
    one, two = (load_checkpoint(str(write_tiny_vit(tmp_path / name, labels=100))) for name in "ab")
    photos = one.processor([source.open() for source in SOURCES], return_tensors="pt")["pixel_values"]
    logits = one.model(pixel_values=photos).logits
    assert torch.equal(logits, two.model(pixel_values=photos).logits)
    assert len(set(logits.argmax(dim=1).tolist())) >= 4


def test_the_default_model_has_the_86_million_weights_of_vit_base() -> None:
    model, processor = stand_in(DEFAULT_CHECKPOINT)
    # Table 1 of Dosovitskiy et al. 2021 says 86 M; with a head for 1000 classes Hugging Face counts 86.6 M
    assert sum(weight.numel() for weight in model.parameters()) == 86_567_656
    assert processor.size == {"height": 224, "width": 224}
    assert list(processor.image_mean) == [0.5, 0.5, 0.5]
