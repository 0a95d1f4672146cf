"""Checkpoints as timm writes them: read as Transformers does, or refused by their settings."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file
from transformers import TimmWrapperForImageClassification, TimmWrapperImageProcessor
from vitscale.errors import ModelError, UsageError
from vitscale.inference.pixels import pixel_values
from vitscale.models.checkpoint.image_processor import settings_of
from vitscale.models.checkpoint.load import input_shape, label_texts, load_checkpoint
from vitscale.models.checkpoint.timm_processor import timm_processor
from vitscale.models.checkpoint.timm_vit import plain_vit

from tests.fixtures.photos import PHOTOS
from tests.fixtures.small_vit import write_json
from tests.fixtures.tiny_timm import TINY_TIMM

TIMM: dict[str, Any] = {
    **TINY_TIMM["timm-vit"],
    "num_classes": 2,
    "num_features": 64,
    "global_pool": "token",
    "label_names": ["cat", "dog"],
}
"""A `config.json` as `timm.models.push_to_hf_hub` writes it."""


def changed(field: str, value: Any) -> dict[str, Any]:
    """Return the settings with one other value; a dot stands before a field of a section."""
    settings = copy.deepcopy(TIMM)
    section, _, name = field.rpartition(".")
    (settings[section] if section else settings)[name] = value
    return settings


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkpoint with timm's own names of weights, and no file of a processor."""
    folder = tmp_path_factory.mktemp("timm")
    torch.manual_seed(0)
    model = timm.create_model(TIMM["architecture"], num_classes=2, **TIMM["model_args"])
    save_file(model.state_dict(), folder / "model.safetensors")
    write_json(folder / "config.json", TIMM)
    return folder


def test_logits_are_those_of_timm_and_of_transformers(checkpoint: Path) -> None:
    found = load_checkpoint(str(checkpoint))
    assert input_shape(found) == (3, 160, 160)
    assert label_texts(found) == ["cat", "dog"]
    pixels = torch.linspace(-2, 2, 3 * 160 * 160).reshape(1, 3, 160, 160)
    theirs = TimmWrapperForImageClassification.from_pretrained(checkpoint).eval()
    with torch.inference_mode():
        assert torch.equal(found.model(pixel_values=pixels).logits, theirs(pixels).logits)


CROPS: dict[str, dict[str, Any]] = {
    "center": {"input_size": [3, 33, 33], "crop_pct": 0.8},
    "center of all": {"input_size": [3, 32, 32], "crop_pct": 1.0, "interpolation": "bilinear"},
    "timm's default": {"input_size": [3, 40, 40]},
    "squash": {"input_size": [3, 40, 40], "crop_mode": "squash", "crop_pct": 0.9, "interpolation": "lanczos"},
    "squash to a rectangle": {"input_size": [3, 33, 48], "crop_mode": "squash", "crop_pct": 1.0},
    "one mean for all": {"input_size": [3, 20, 20], "mean": [0.4], "std": [0.3], "interpolation": "nearest"},
    "box": {"input_size": [3, 24, 24], "interpolation": "box"},
    "hamming": {"input_size": [3, 24, 24], "interpolation": "hamming"},
}
SIZES = [(width, height) for width in (40, 61, 62, 63, 64) for height in (47, 90)]


@pytest.mark.parametrize("name", CROPS)
def test_pixels_are_those_of_timms_transforms(name: str, tmp_path: Path) -> None:
    ours = timm_processor(CROPS[name], "config.json of m")
    theirs = TimmWrapperImageProcessor(pretrained_cfg=CROPS[name])
    for number, size in enumerate(SIZES):
        image = PHOTOS[number % len(PHOTOS)].resize(size)
        expected = theirs(image, return_tensors="pt")["pixel_values"].numpy()
        assert np.array_equal(ours(image, return_tensors="np")["pixel_values"], expected), size
        image.save(tmp_path / "image.png")
        found = pixel_values(tmp_path / "image.png", settings_of(ours))
        assert np.array_equal(found.ravel(), expected.ravel()), size


def test_labels_without_texts_are_those_of_imagenet(tmp_path: Path) -> None:
    settings = {**changed("num_classes", 1000), "label_names": None}
    write_json(tmp_path / "config.json", settings)
    model = timm.create_model(TIMM["architecture"], num_classes=1000, **TIMM["model_args"])
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    texts = label_texts(load_checkpoint(str(tmp_path)))
    assert (texts[0], texts[999], len(texts)) == (
        "tench, Tinca tinca",
        "toilet tissue, toilet paper, bathroom tissue",
        1000,
    )


REFUSED: dict[str, tuple[str, Any, str]] = {
    "an unknown architecture": (
        "architecture",
        "vit_huge_of_tomorrow",
        "which timm .* lacks.*--upgrade timm",
    ),
    "a model elsewhere": ("architecture", "hf-hub:someone/model", "which timm .* lacks"),
    "a model in a folder": ("architecture", "local-dir:/models", "which timm .* lacks"),
    "no architecture": ("architecture", 3, "architecture in config.json of m is 3"),
    "a file to load": ("model_args", {"checkpoint_path": "/etc/passwd"}, "checkpoint_path.*Remove it"),
    "a graph for scripts": ("model_args", {"scriptable": True}, "scriptable.*Remove it"),
    "a thousand million blocks": ("model_args", {"depth": 10**9}, "depth.*expected numbers"),
    "no such argument": ("model_args", {"colour": 3}, "cannot build.*colour"),
    "settings of no images": ("pretrained_cfg", None, "pretrained_cfg.*expected an object"),
    "one channel": ("pretrained_cfg.input_size", [1, 160, 160], "expected 3, height and width"),
    "a huge image": ("pretrained_cfg.input_size", [3, 10**6, 10**6], "at most 4096"),
    "another size": ("architecture", "vit_tiny_patch16_224", "cannot take images of 160x160"),
    "a padded image": ("pretrained_cfg.crop_mode", "border", "expected center or squash"),
    "a rectangle": ("pretrained_cfg.input_size", [3, 160, 192], "a square for crop_mode center"),
    "a crop of more than all": ("pretrained_cfg.crop_pct", 1.2, "at most 1"),
    "a random filter": ("pretrained_cfg.interpolation", "random", "expected one of nearest"),
    "a deviation of zero": ("pretrained_cfg.std", [0.5, 0, 0.5], "std.*expected 3 numbers"),
    "a mean of text": ("pretrained_cfg.mean", ["a", "b", "c"], "mean"),
    "labels of another number": ("label_names", ["cat"], "1 labels and num_classes 2"),
    "labels that are no list": ("label_names", "cat", "expected a list of texts"),
    "no classes": ("num_classes", 0, "a whole number from 1"),
    "an unknown problem": ("problem_type", "guessing", "expected one of regression"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_field(name: str, tmp_path: Path) -> None:
    field, value, said = REFUSED[name]
    folder = tmp_path / "m"
    folder.mkdir()
    write_json(folder / "config.json", changed(field, value))
    with pytest.raises(ModelError, match=said) as refused:
        load_checkpoint(str(folder))
    assert "\n" not in str(refused.value)


def test_without_timm_the_extra_is_named(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitscale.system.extras.find_spec", lambda name: None if name == "timm" else name)
    with pytest.raises(UsageError, match=r'package timm.*pip install "vitscale\[timm\]"'):
        load_checkpoint(str(checkpoint))


@pytest.mark.parametrize(
    ("architecture", "parts"),
    [
        ("vit_base_patch16_224", {"hidden_size": 768, "class_token": True, "final_norm": "norm"}),
        ("vit_base_patch16_clip_224", {"pre_norm": True, "hidden_act": "gelu"}),
        ("vit_base_patch32_clip_quickgelu_224", {"patch_size": [32, 32], "hidden_act": "quick_gelu"}),
        ("deit3_base_patch16_224", {"layer_scale": True, "no_embed_class": True}),
        ("vit_so400m_patch14_siglip_gap_224", {"global_pool": "avg", "class_token": False}),
        ("vit_medium_patch16_reg4_gap_256", {"reg_tokens": 4, "final_norm": "fc_norm"}),
        ("vit_base_patch16_siglip_224", None),  # attention pooling
        ("deit_base_distilled_patch16_224", None),
        ("vit_base_patch16_xp_224", None),  # blocks of another kind
        ("eva02_tiny_patch14_224", None),
        ("resnet50", None),
    ],
)
def test_plain_vision_transformers_are_told_from_others(
    architecture: str, parts: dict[str, object] | None
) -> None:
    with torch.device("meta"):
        model = timm.create_model(architecture, num_classes=10)
    found = plain_vit(model)
    assert found is None if parts is None else found is not None and parts.items() <= found.items()
