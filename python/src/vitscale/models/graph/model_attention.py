"""Replaces the attention of Transformers' models by ONNX Runtime's fused operator, for export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor
from torch.nn import functional
from transformers import AttentionInterface, PreTrainedModel

from vitscale.models.graph.fused_ops import mix_values
from vitscale.models.quiet import quietly

_NAME = "vitscale_onnx"
_EAGER = "eager"
_functions: Any = functional
_TORCH = _functions.scaled_dot_product_attention


@contextmanager
def fused_attention(model: PreTrainedModel) -> Iterator[None]:
    """Let a model use the fused operator, if its attention can be chosen, or else plain products.

    PyTorch's scaled_dot_product_attention is no choice: the exporter cannot split it over windows (Swin), and
    writes it with two scalings. The model can only be exported meanwhile; it has plain products afterwards.

    timm's models call that function without a choice, so it is replaced meanwhile.

    Parameters
    ----------
    model : PreTrainedModel
        Changed in place.
    """
    with quietly():
        model.set_attn_implementation(_EAGER)
    _functions.scaled_dot_product_attention = _instead_of_torch
    try:
        if _can_choose(model):
            AttentionInterface.register(_NAME, _fused)
            _choose(model, _NAME)
        yield
    finally:
        _functions.scaled_dot_product_attention = _TORCH
        _choose(model, _EAGER)


def _choose(model: PreTrainedModel, attention: str) -> None:
    """Set the attention of a model and of its parts, without the checks of `set_attn_implementation`."""
    parts = [getattr(part, "config", None) for part in model.modules()]
    for config in {id(one): one for one in parts if one is not None}.values():
        config._attn_implementation = attention


def _can_choose(model: PreTrainedModel) -> bool:
    """Tell whether a model looks its attention up by name."""
    return bool(model._supports_attention_backend)


def _fused(  # noqa: PLR0917  (Transformers calls it so)
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None = None,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Return the attention of each head, as `eager_attention_forward` of Transformers' models.

    Parameters
    ----------
    module : Module
        Unused; the module of the attention.
    query, key, value : Tensor, float32 [batch, heads, tokens, head width]
    attention_mask : Tensor, float32 [batch or 1, heads or 1, tokens, tokens], or None
        Added to the scores: a mask, or a bias of relative positions.
    scaling : float, optional
        Factor of the scores; by default 1 / sqrt(head width).

    Returns
    -------
    tuple of Tensor and None
        Mixed values, float32 [batch, tokens, heads, head width].
    """
    heads, width = query.shape[1], query.shape[3]
    query, key, value = (one.transpose(1, 2).flatten(2) for one in (query, key, value))
    factor = width**-0.5 if scaling is None else scaling
    mixed = mix_values(query, key, value, heads=heads, scaling=factor, bias=attention_mask)
    return mixed.reshape(-1, mixed.shape[1], heads, width), None


def _instead_of_torch(  # noqa: PLR0917  (the arguments are PyTorch's)
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Return the attention of each head, as PyTorch's `scaled_dot_product_attention`.

    Parameters
    ----------
    query, key, value : Tensor, float32 [batch, heads, tokens, head width]
        Others than these, or with a mask of booleans, take PyTorch's own way.
    attn_mask : Tensor, optional
        Added to the scores.
    dropout_p : float
        Must be 0, as outside of training.
    is_causal, enable_gqa : bool
        False in image classifiers.
    scale : float, optional
        Factor of the scores; by default 1 / sqrt(head width).
    """
    is_usual = query.dim() == _AXES and query.shape[3] == value.shape[3] and key.shape[1] == query.shape[1]
    is_added = attn_mask is None or (attn_mask.is_floating_point() and attn_mask.dim() == _AXES)
    if not is_usual or not is_added or is_causal or dropout_p:
        whole: Tensor = _TORCH(
            query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa
        )
        return whole
    mixed, _ = _fused(None, query, key, value, attn_mask, scale)
    return mixed.transpose(1, 2)


_AXES = 4
