"""config.json as it comes: every value is one that a ViT can have, or refused with the field's name."""

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import ViTConfig
from vitscale.errors import ModelError
from vitscale.models.checkpoint.kinds import family_of
from vitscale.models.checkpoint.vit_config import vit_config
from vitscale.models.json_file import read_object
from vitscale.models.labels import read_labels

from tests.fixtures.small_vit import CONFIG

WRONG_FIELDS = [
    ("image_size", "32", '"32"'),
    ("image_size", [32], r"\[32\]"),
    ("image_size", [32, 32, 32], "32, 32, 32"),
    ("image_size", [32, None], "null"),
    ("image_size", 0, "0"),
    ("image_size", -1, "-1"),
    ("image_size", 32.5, "32.5"),
    ("image_size", 10**9, "1000000000"),
    ("image_size", None, "null"),
    ("image_size", {"height": 32}, "height"),
    ("patch_size", 0, "0"),
    ("patch_size", 64, "64"),
    ("hidden_size", 33, "33"),
    ("hidden_size", True, "true"),
    ("hidden_size", 10**12, "1000000000000"),
    ("num_hidden_layers", 0, "0"),
    ("num_hidden_layers", 10**9, "1000000000"),
    ("num_attention_heads", 0, "0"),
    ("num_attention_heads", "2", '"2"'),
    ("intermediate_size", -4, "-4"),
    ("layer_norm_eps", "small", '"small"'),
    ("layer_norm_eps", float("nan"), "NaN"),
    ("layer_norm_eps", -1, "-1"),
    ("hidden_act", None, "null"),
    ("hidden_act", "nonesuch", "nonesuch"),
    ("hidden_act", 3, "3"),
    ("qkv_bias", "yes", '"yes"'),
    ("qkv_bias", 1, "1"),
    ("problem_type", "ranking", "ranking"),
    ("problem_type", 7, "7"),
    ("num_labels", 0, "0"),
    ("num_labels", "3", '"3"'),
    ("num_labels", 4, "4"),
    ("id2label", ["a", "b"], r'\["a", "b"\]'),
    ("id2label", "cats", '"cats"'),
    ("id2label", {}, "not at all"),
    ("id2label", {"1": "a", "2": "b"}, "1, 2"),
    ("id2label", {"0": "a", "00": "b"}, "0, 00"),
    ("id2label", {"zero": "a"}, '"zero"'),
    ("id2label", {"0": None}, "null"),
    ("id2label", {"0": ["a"]}, "a"),
    ("id2label", {"0": True}, "true"),
    ("id2label", {"0": "half \ud800"}, "half"),
]


@pytest.mark.parametrize(("field", "value", "shown"), WRONG_FIELDS)
def test_a_wrong_value_is_refused_with_field_and_value(field: str, value: Any, shown: str) -> None:
    with pytest.raises(ModelError, match=rf"(?s)(?=.*{field})(?=.*config\.json)(?=.*{shown})") as refused:
        vit_config({**CONFIG, field: value}, "config.json of m")
    assert "\n" not in str(refused.value)


def test_one_label_cannot_be_one_of_several() -> None:
    one = {"problem_type": "single_label_classification", "id2label": {"0": "only"}}
    with pytest.raises(ModelError, match="single_label_classification"):
        vit_config({**CONFIG, **one}, "config.json of m")


def test_fields_of_training_and_other_heads_are_not_read() -> None:
    odd = {"initializer_range": 1, "hidden_dropout_prob": "much", "pooler_act": 0, "dtype": "nonsense"}
    made = vit_config({**CONFIG, **odd, "layer_norm_eps": 0, "transformers_version": 4}, "config.json of m")
    fields = {key: value for key, value in CONFIG.items() if key not in ("model_type", "architectures")}
    expected = ViTConfig(**fields, layer_norm_eps=0.0)
    for name in ("hidden_size", "image_size", "patch_size", "hidden_act", "id2label", "layer_norm_eps"):
        assert getattr(made, name) == getattr(expected, name)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id2label": {"1": "b", "0": "a"}}, ["a", "b"]),
        ({"id2label": {"0": 7, "1": 0.5}}, ["7", "0.5"]),
        ({"id2label": {"0": "", "1": ""}}, ["", ""]),
        ({"id2label": {"0": "only"}}, ["only"]),
        ({}, ["LABEL_0", "LABEL_1"]),
        ({"num_labels": 3}, ["LABEL_0", "LABEL_1", "LABEL_2"]),
        ({"id2label": None, "num_labels": 1}, ["LABEL_0"]),
        ({"id2label": {"0": "a", "1": "b"}, "num_labels": 2}, ["a", "b"]),
    ],
)
def test_labels_are_those_that_transformers_has(fields: dict[str, Any], expected: list[str]) -> None:
    found = read_labels(fields, "config.json")
    theirs = ViTConfig(**json.loads(json.dumps(fields)))
    assert found == expected == [str(theirs.id2label[number]) for number in range(theirs.num_labels)]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"model_type": "detr"}, 'is "detr"; expected one of the 33 families'),
        ({"model_type": "bert", "architectures": ["BertForMaskedLM"]}, 'is "bert"'),
        ({"model_type": ["vit"]}, "model_type in config.json of"),
        ({"model_type": "siglip2"}, "packed patches"),
        ({}, "is null; expected"),
        ({"architectures": ["ViTModel"]}, "is null; expected"),
        ({"model_type": "clip", "vision_config": {"num_channels": 4}}, "is 4; expected 3"),
        ({"model_type": "vit", "num_channels": 1}, "is 1; expected 3"),
        ({"model_type": "vit", "num_channels": "3"}, 'is "3"; expected 3'),
        ({"model_type": "vit", "quantization_config": {"load_in_8bit": True}}, "quantised weights"),
    ],
)
def test_other_kinds_of_models_are_named(config: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        family_of(config, "m")


def test_an_architecture_without_a_type_names_the_family() -> None:
    assert family_of({"architectures": ["ViTForImageClassification"]}, "m").model_type == "vit"
    assert family_of({"architectures": ["ResNetForImageClassification"]}, "m").model_type == "resnet"


def test_a_file_of_timm_names_no_type() -> None:
    assert family_of({"architecture": "resnet50", "pretrained_cfg": {}}, "m").model_type == "timm_wrapper"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"{", "is not JSON"),
        (b"{'a': 1}", "is not JSON"),
        (b"\x89PNG", "is not JSON"),
        (b"\xff\xfe{", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[1, 2]", r"has \[1, 2\]"),
        (b"null", "has null"),
        (b'"text"', "has"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 70\n", "git lfs pull"),
    ],
)
def test_a_file_that_is_no_json_object_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=said) as refused:
        read_object(file)
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_any_encoding_that_json_may_have_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "config.json").write_bytes('{"label": "Käfer 猫"}'.encode(encoding))
    assert read_object(tmp_path / "config.json") == {"label": "Käfer 猫"}


def test_a_settings_file_too_large_for_one_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "config.json").open("wb") as stream:
        stream.truncate(65 << 20)
    with pytest.raises(ModelError, match="bytes; expected at most"):
        read_object(tmp_path / "config.json")
