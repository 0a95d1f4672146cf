"""Checks the architecture of a plain ViT in config.json before the model is built."""

from __future__ import annotations

import math
from typing import Any

from transformers import ViTConfig
from transformers.activations import ACT2FN

from vitscale.errors import ModelError
from vitscale.models.checkpoint.build_config import build_config
from vitscale.models.json_file import shown, wrong_field
from vitscale.models.labels import PROBLEM_TYPES

CLASS = "ViTForImageClassification"
_LARGEST = {
    "hidden_size": 1 << 16,
    "num_hidden_layers": 1 << 10,
    "num_attention_heads": 1 << 12,
    "intermediate_size": 1 << 18,
}
"""Limits far above every published ViT, so that a small file cannot exhaust the memory."""
_LARGEST_EDGE = 1 << 14


def vit_config(config: dict[str, Any], where: str) -> ViTConfig:
    """Return Transformers' configuration of a ViT from the fields that determine its logits.

    Parameters
    ----------
    config : dict
        Content of a `config.json`. A missing field has `ViTConfig`'s default; fields for training or other
        heads (dropout, initialisation, pooler) are not read.
    where : str
        Name of the file, for messages.

    Raises
    ------
    ModelError
        If a field has an invalid value; the message has the field, its value and the expected one.
    """
    fields: dict[str, Any] = {
        name: _whole(config[name], name, most, where) for name, most in _LARGEST.items() if name in config
    }
    for name in ("image_size", "patch_size"):
        if name in config:
            fields[name] = _edges(config[name], name, where)
    if "layer_norm_eps" in config:
        fields["layer_norm_eps"] = _epsilon(config["layer_norm_eps"], where)
    if "qkv_bias" in config:
        fields["qkv_bias"] = _one_of(config["qkv_bias"], "qkv_bias", (True, False), where)
    if "hidden_act" in config:
        fields["hidden_act"] = _one_of(config["hidden_act"], "hidden_act", tuple(ACT2FN), where)
    if config.get("problem_type") is not None:
        fields["problem_type"] = _one_of(config["problem_type"], "problem_type", PROBLEM_TYPES, where)
    made = build_config(ViTConfig, {**fields, "architectures": [CLASS]}, config, where)
    _refuse_contradictions(made, where)
    return made


def _refuse_contradictions(config: ViTConfig, where: str) -> None:
    if config.hidden_size % config.num_attention_heads:
        raise ModelError(
            f"hidden_size in {where} is {config.hidden_size}; expected a multiple of num_attention_heads, "
            f"which is {config.num_attention_heads}. Correct one of them."
        )
    image, patch = config.image_size, config.patch_size
    pairs = zip(*((edge, edge) if isinstance(edge, int) else edge for edge in (image, patch)), strict=True)
    if any(of_image < of_patch for of_image, of_patch in pairs):
        raise ModelError(
            f"image_size in {where} is {shown(image)} and patch_size {shown(patch)}: no patch fits into an "
            "image. Correct one of them."
        )


def _whole(value: Any, name: str, most: int, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise wrong_field(value, name, f"a whole number from 1 to {most}", where)
    return value


def _edges(value: Any, name: str, where: str) -> int | list[int]:
    expected = f"a whole number from 1 to {_LARGEST_EDGE}, or [height, width]"
    edges = value if isinstance(value, list) and len(value) == 2 else [value]  # noqa: PLR2004
    for edge in edges:
        if isinstance(edge, bool) or not isinstance(edge, int) or not 1 <= edge <= _LARGEST_EDGE:
            raise wrong_field(value, name, expected, where)
    return edges[0] if len(edges) == 1 else edges


def _epsilon(value: Any, where: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:
        raise wrong_field(value, "layer_norm_eps", "a small number, such as 1e-12", where)
    return float(value)


def _one_of(value: Any, name: str, known: tuple[Any, ...], where: str) -> Any:
    if type(value) is not type(known[0]) or value not in known:
        listed = ", ".join(shown(one) for one in known[:_LISTED])
        others = f" or another of Transformers' {len(known)}" if len(known) > _LISTED else ""
        raise wrong_field(value, name, f"one of {listed}{others}", where)
    return value


_LISTED = 6
