"""What cannot be exported is refused by its settings alone: no weights are in these folders."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageClassification
from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES
from vitscale.errors import ModelError
from vitscale.models.checkpoint.families import FAMILIES, REFUSED
from vitscale.models.checkpoint.load import load_checkpoint
from vitscale.models.export.run import export

from tests.fixtures.small_vit import write_json
from tests.fixtures.tiny_checkpoints import write_tiny_family

LABELS = {"id2label": {"0": "cat", "1": "dog"}}
SWIN: dict[str, Any] = {
    "model_type": "swin",
    "architectures": ["SwinForImageClassification"],
    "embed_dim": 16,
    "depths": [1, 1],
    "num_heads": [2, 2],
    **LABELS,
}
DEIT: dict[str, Any] = {
    "model_type": "deit",
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    **LABELS,
}
VIT_PROCESSOR: dict[str, Any] = {"image_processor_type": "ViTImageProcessor", "size": 224}

REFUSALS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "an encoder alone": ({**SWIN, "architectures": ["SwinModel"]}, VIT_PROCESSOR, "expected a classifier"),
    "another task": (
        {"model_type": "segformer", "architectures": ["SegformerForSemanticSegmentation"]},
        VIT_PROCESSOR,
        "SegformerForSemanticSegmentation.*expected a classifier of model_type segformer",
    ),
    "no classifier": ({"model_type": "bert"}, VIT_PROCESSOR, '"bert"; expected one of'),
    "a section of text alone": ({"model_type": "clip_text_model"}, VIT_PROCESSOR, "expected one of"),
    "four channels": ({**SWIN, "num_channels": 4}, VIT_PROCESSOR, "is 4; expected 3"),
    "four channels inside": (
        {"model_type": "siglip", "vision_config": {"num_channels": 4}},
        VIT_PROCESSOR,
        "is 4; expected 3",
    ),
    "quantised": ({**SWIN, "quantization_config": {"bits": 4}}, VIT_PROCESSOR, "quantised weights"),
    "labels with a gap": ({**SWIN, "id2label": {"0": "a", "2": "b"}}, VIT_PROCESSOR, "expected 0, 1, 2"),
    "labels of another number": (
        {**SWIN, "num_labels": 3},
        VIT_PROCESSOR,
        "2 labels in id2label and num_labels 3",
    ),
    "an unknown problem": ({**SWIN, "problem_type": "ranking"}, VIT_PROCESSOR, "problem_type"),
    "a wrong type": (
        {**SWIN, "window_size": "seven"},
        VIT_PROCESSOR,
        "Transformers refuses config.json of m",
    ),
    "an unknown activation": ({**SWIN, "hidden_act": "swoosh"}, VIT_PROCESSOR, "cannot build.*swoosh"),
    "heads that do not divide": (
        {**SWIN, "num_heads": [3, 3]},
        VIT_PROCESSOR,
        "cannot take images of 224x224",
    ),
    "too many layers": ({**SWIN, "depths": [500, 600]}, VIT_PROCESSOR, "depths in config.json of m"),
    "too many stages": ({**SWIN, "depths": [1] * 65}, VIT_PROCESSOR, "at most 64 entries"),
    "a huge image": ({**SWIN, "image_size": 10**6}, VIT_PROCESSOR, "image_size in config.json of m"),
    "a huge width": ({**SWIN, "embed_dim": 10**9}, VIT_PROCESSOR, "embed_dim in config.json of m"),
    "not a number": ({**SWIN, "mlp_ratio": float("nan")}, VIT_PROCESSOR, "mlp_ratio in config.json of m"),
    "huge tables": (
        {**SWIN, "window_size": 4000, "image_size": 4000},
        {**VIT_PROCESSOR, "size": 4000},
        "tables of .* numbers",
    ),
    "slow loops": ({"model_type": "levit", "image_size": 4096}, VIT_PROCESSOR, "numbers from 1 to 512"),
    "a nested huge number": (
        {"model_type": "clip", "vision_config": {"num_hidden_layers": 10**5}},
        VIT_PROCESSOR,
        "vision_config.num_hidden_layers in config.json of m",
    ),
    "images of another size": (DEIT, {**VIT_PROCESSOR, "size": 192}, "cannot take images of 192x192.*224"),
    "images of another size inside": (
        {"model_type": "clip", "vision_config": {**DEIT, "model_type": "clip_vision_model"}, **LABELS},
        {**VIT_PROCESSOR, "size": 192},
        "192x192",
    ),
    "packed patches": (SWIN, {"image_processor_type": "Siglip2ImageProcessor"}, "way of its own"),
    "an unknown processor": (SWIN, {"image_processor_type": "NoSuch"}, "image_processor_type NoSuch|NoSuch"),
    "images of many sizes": (
        SWIN,
        {"image_processor_type": "ViTImageProcessor", "size": {"shortest_edge": 224}},
        "images would have different sizes",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_settings_that_cannot_be_are_refused_in_one_line(name: str, tmp_path: Path) -> None:
    config, processor, said = REFUSALS[name]
    folder = tmp_path / "m"
    folder.mkdir()
    write_json(folder / "config.json", config)
    write_json(folder / "preprocessor_config.json", processor)
    with pytest.raises(ModelError, match=said) as refused:
        load_checkpoint(str(folder))
    assert "\n" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_family_is_refused_with_its_reason(kind: str, tmp_path: Path) -> None:
    write_json(tmp_path / "config.json", {"model_type": kind, **LABELS})
    with pytest.raises(ModelError, match=f"is a {kind}, which .*{re.escape(REFUSED[kind])}"):
        load_checkpoint(str(tmp_path))


def test_every_image_classifier_of_transformers_is_supported_or_refused() -> None:
    assert set(FAMILIES) | set(REFUSED) == set(MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES)
    assert not set(FAMILIES) & set(REFUSED)
    for kind, family in FAMILIES.items():
        theirs = MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES[kind]
        assert family.classes == (theirs if isinstance(theirs, tuple) else (theirs,))


@pytest.fixture(scope="module")
def resnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_family("resnet", tmp_path_factory.mktemp("resnet") / "m")


def changed(source: Path, target: Path, **weights: torch.Tensor | None) -> Path:
    """Copy a checkpoint with other weights; None removes one."""
    target.mkdir()
    for name in ("config.json", "preprocessor_config.json"):
        (target / name).write_bytes((source / name).read_bytes())
    every: dict[str, Any] = {**load_file(source / "model.safetensors"), **weights}
    save_file(
        {key: one for key, one in every.items() if one is not None},
        target / "model.safetensors",
        metadata={"format": "pt"},
    )
    return target


def test_a_head_of_another_size_than_the_labels_is_refused(resnet: Path, tmp_path: Path) -> None:
    copy = changed(resnet, tmp_path / "m", **{"classifier.1.weight": torch.zeros(9, 48)})
    with pytest.raises(ModelError, match=r"classifier\.1\.weight is \[9, 48\], expected \[7, 48\]"):
        load_checkpoint(str(copy))


def test_a_batch_norm_without_statistics_is_refused(resnet: Path, tmp_path: Path) -> None:
    mean = "resnet.embedder.embedder.normalization.running_mean"
    with pytest.raises(ModelError, match=r"lacks weights.*running_mean"):
        load_checkpoint(str(changed(resnet, tmp_path / "m", **{mean: None})))
    broken = changed(resnet, tmp_path / "broken", **{mean: torch.full((16,), float("nan"))})
    with pytest.raises(ModelError, match=r"running_mean .* not finite"):
        load_checkpoint(str(broken))


def test_weights_behind_a_wrapper_are_found(resnet: Path, tmp_path: Path) -> None:
    plain = load_file(resnet / "model.safetensors")
    wrapped = {f"module._orig_mod.{key}": one for key, one in plain.items()}
    copy = changed(resnet, tmp_path / "m", **{**dict.fromkeys(plain), **wrapped})
    found = load_checkpoint(str(copy)).model.state_dict()
    assert all(torch.equal(found[key], one) for key, one in plain.items() if one.is_floating_point())


@pytest.mark.parametrize("kind", ["clip", "siglip", "swin", "swinv2"])
def test_tensors_that_newer_versions_compute_are_not_read(kind: str, tmp_path: Path) -> None:
    source = write_tiny_family(kind, tmp_path / "m")
    model = load_checkpoint(str(source)).model
    computed = {key: one for key, one in model.named_buffers() if key not in model.state_dict()}
    assert computed, "as position_ids and relative_position_index, which older versions saved"
    older = changed(
        source, tmp_path / "older", **{key: torch.zeros_like(one) for key, one in computed.items()}
    )
    found = load_checkpoint(str(older)).model
    for key, one in [*model.state_dict().items(), *computed.items()]:
        assert torch.equal({**found.state_dict(), **dict(found.named_buffers())}[key], one), key
    extra = changed(source, tmp_path / "extra", **{"a.new.layer.weight": torch.zeros(3)})
    with pytest.raises(ModelError, match=r"has weights that a .* lacks: a\.new\.layer\.weight"):
        load_checkpoint(str(extra))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"engine": "tensorflow"}, "is a resnet; --format tensorflow"),
        ({"token_merging": 4}, "is a resnet; --token-merging"),
        ({"precision": "int8"}, "Choose int8-static"),
    ],
)
def test_what_only_a_vit_has_is_refused_for_others(
    resnet: Path, tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ModelError, match=said) as refused:
        export(str(resnet), tmp_path / "model", **options)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "model").exists()


def test_the_exported_folder_names_its_class_and_all_settings(resnet: Path, tmp_path: Path) -> None:
    export(str(resnet), tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["architectures"] == ["ResNetForImageClassification"]
    settings = json.loads((tmp_path / "model" / "preprocessor_config.json").read_text())
    assert settings["size"] == {"shortest_edge": 256}  # 224 / 0.875
    assert settings["crop_size"] == {"height": 224, "width": 224}


def test_the_documentation_has_each_family_with_its_classes_or_its_reason() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/models.md").read_text(encoding="utf-8")
    classes = {kind: ", ".join(f"`{one}`" for one in family.classes) for kind, family in FAMILIES.items()}
    assert rows_below("## Families", page) == classes
    assert rows_below("## Refused families", page) == REFUSED


def rows_below(heading: str, page: str) -> dict[str, str]:
    """Return the first two columns of the first table below a heading."""
    table = page.split(f"{heading}\n")[1].split("---|\n")[1].split("\n\n", maxsplit=1)[0]
    return dict(re.findall(r"^\| `([\w-]+)` \| (.+?) \|", table, re.MULTILINE))


@pytest.mark.parametrize("family", ["clip", "metaclip_2"])
def test_sections_of_older_checkpoints_count_as_in_transformers(family: str, tmp_path: Path) -> None:
    """`vision_config_dict` goes before `vision_config`: another activation gives other logits in silence."""
    source = write_tiny_family(family, tmp_path / "source")
    config = json.loads((source / "config.json").read_text())
    vision, text = config["vision_config"], config["text_config"]
    pixels = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    for older in (
        {**vision, "hidden_act": "relu"},
        {**vision, "layer_norm_eps": 0.1, "torch_dtype": "float16", "attn_implementation": "x"},
        None,
    ):
        sections = {"vision_config_dict": older, "text_config_dict": text}
        write_json(source / "config.json", {**config, **sections})
        found = load_checkpoint(str(source)).model
        expected = AutoModelForImageClassification.from_pretrained(source).eval()
        with torch.inference_mode():
            assert torch.equal(found(pixel_values=pixels).logits, expected(pixel_values=pixels).logits)
