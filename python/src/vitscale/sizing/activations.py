"""Memory of the results of layers that are alive at the same time, by the model's family.

Measured for each further image of a batch, in the graphs of `vitscale export` on ONNX Runtime: 10.2 MiB for
ViT-base (11.1 here), 10.4 for DeiT-base (11.1), 12.7 for BEiT-base (12.8), 17.1 for DINOv2-base (17.3), 34.2
for Swin-tiny (36.9), 48.6 for Swin V2 tiny (51.0) and 21.2 for ConvNeXT-tiny (25.3). Settings have
the defaults of Transformers' configuration classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vitscale.errors import ModelError

FLOAT = 4  # bytes

_LEADING: dict[str, int] = {
    "vit": 1,
    "vit_msn": 1,
    "deit": 2,
    "ijepa": 0,
    "beit": 1,
    "data2vec-vision": 1,
    "dinov2": 1,
    "dinov2_with_registers": 1,
    "siglip": 0,
    "clip": 1,
    "metaclip_2": 1,
}
"""Family of Vision Transformers -> learned tokens before the patches, without registers."""
_TIMM = "timm_wrapper"
_PATCH = {"dinov2": 14, "clip": 32, "metaclip_2": 32}
"""Family -> default of `patch_size`, where it is not 16."""
_BIASED = frozenset({"beit", "data2vec-vision"})
"""Families whose attention scores get a bias."""
_COPIES = 2
"""Measured over counted memory, rounded up, where layers between blocks reorder tokens or channels:
ONNX Runtime takes 1.9 times as much for Swin-tiny, 1.7 times for ConvNeXT-tiny."""


def activations(config: dict[str, Any], height: int, width: int, where: str) -> int:
    """Return the bytes of the results of layers that are alive at the same time, for one image.

    Parameters
    ----------
    config : dict
        Content of `config.json`.
    height, width : int
        Size of the model's input, in pixels.
    where : str
        Name of the file, for messages.

    Raises
    ------
    ModelError
        If the memory of the family is not known, or a setting is invalid.
    """
    family = str(config.get("model_type", "vit"))
    settings = _settings(config)
    if family not in _COUNTED or settings is None:
        parts = " without plain_vit" if settings is None else ""
        raise ModelError(
            f"model_type in {where} is {family}{parts}; the memory of activations is known for "
            f"{', '.join(sorted(_COUNTED))}. "
            "Measure a run on one machine, and give each executor as much memory for each forward pass."
        )
    try:
        return FLOAT * _COUNTED[family](family, settings, height, width)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ModelError(f"{where} has an invalid setting: {error}. Download the model again.") from error


def _settings(config: dict[str, Any]) -> dict[str, Any] | None:
    """Return the settings of the image encoder; None for a model of timm that is no plain ViT."""
    if config.get("model_type") == _TIMM:
        parts = config.get("plain_vit")
        return parts if isinstance(parts, dict) else None
    nested = config.get("vision_config")
    return nested if isinstance(nested, dict) else config


def _pair(size: int | list[int]) -> tuple[int, int]:
    """Return height and width of a setting: one number for a square, or both."""
    height, width = (size, size) if isinstance(size, int) else size
    return height, width


def _vit(family: str, settings: dict[str, Any], height: int, width: int) -> int:
    """Count the numbers of a block with global attention.

    These are input, sum, query, key and value; both sides of the activation function; scores before and after
    the softmax, and with BEiT before their bias. DINOv2 scales what both layers of a block
    add, which takes two more; so do timm's models with layer scales.
    """
    patch_height, patch_width = _pair(settings.get("patch_size", _PATCH.get(family, 16)))
    tokens = (height // patch_height) * (width // patch_width) + _leading(family, settings)
    hidden = int(settings.get("hidden_size", 768))
    heads = int(settings.get("num_attention_heads", 12))
    scores = heads * tokens * tokens * (3 if family in _BIASED else 2)
    results = 7 if family.startswith("dinov2") or settings.get("layer_scale") is True else 5
    return tokens * (results * hidden + 2 * _inner(family, settings, hidden)) + scores


def _leading(family: str, settings: dict[str, Any]) -> int:
    """Return the number of learned tokens before the patches."""
    if family == _TIMM:
        return int(settings["class_token"]) + int(settings["reg_tokens"])
    registers = settings.get("num_register_tokens", 4) if family == "dinov2_with_registers" else 0
    return _LEADING[family] + int(registers)


def _inner(family: str, settings: dict[str, Any], hidden: int) -> int:
    """Return the width of the feed-forward layers; of a gated one (SwiGLU), of gate and factor together."""
    if not family.startswith("dinov2"):
        return int(settings.get("intermediate_size", 3072))
    wide = int(hidden * settings.get("mlp_ratio", 4))
    return 2 * ((wide * 2 // 3 + 7) // 8 * 8) if settings.get("use_swiglu_ffn") else wide


def _swin(_: str, settings: dict[str, Any], height: int, width: int) -> int:
    """Count the numbers of the stage with the most: as in a ViT, with attention inside of windows."""
    patch_height, patch_width = _pair(settings.get("patch_size", 4))
    rows, columns = -(-height // patch_height), -(-width // patch_width)
    window = int(settings.get("window_size", 7))
    largest = 0
    for stage, heads in enumerate(settings.get("num_heads", [3, 6, 12, 24])):
        channels = int(settings.get("embed_dim", 96)) << stage
        windows = -(-rows // window) * -(-columns // window)
        tokens, area = windows * window * window, window * window
        inner = int(channels * settings.get("mlp_ratio", 4))
        largest = max(largest, tokens * (5 * channels + 2 * inner) + 2 * heads * windows * area * area)
        rows, columns = (rows + 1) // 2, (columns + 1) // 2
    return _COPIES * largest


def _convnext(_: str, settings: dict[str, Any], height: int, width: int) -> int:
    """Count the numbers of the stage with the most.

    These are input, result of the convolution and its norm; both sides of the activation function, four times
    as wide.
    """
    patch = int(settings.get("patch_size", 4))
    rows, columns = height // patch, width // patch
    return _COPIES * max(
        (rows >> stage) * (columns >> stage) * (3 + 2 * 4) * int(channels)
        for stage, channels in enumerate(settings.get("hidden_sizes", [96, 192, 384, 768]))
    )


_COUNTED: dict[str, Callable[[str, dict[str, Any], int, int], int]] = {
    **dict.fromkeys((*_LEADING, _TIMM), _vit),
    "swin": _swin,
    "swinv2": _swin,
    "convnext": _convnext,
}
"""Family -> what counts the numbers of an image."""
