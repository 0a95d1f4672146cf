"""Describes plain Vision Transformers of timm part by part, for the engine on oneDNN, which has no timm."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from timm.layers.activations import GELU, GELUTanh, QuickGELU
from timm.layers.attention import Attention
from timm.layers.mlp import Mlp
from timm.layers.patch_embed import PatchEmbed
from timm.models.vision_transformer import Block, VisionTransformer
from torch import nn

PLAIN_VIT = "plain_vit"
"""Name of the description in `config.json`."""
_POOLING = ("token", "avg")
_ACTIVATIONS = {
    GELU: "gelu",
    GELUTanh: "gelu_pytorch_tanh",
    QuickGELU: "quick_gelu",
    nn.ReLU: "relu",
    nn.SiLU: "silu",
}


def plain_vit(model: Any) -> dict[str, Any] | None:
    """Return the parts of a model of timm, or None if it has others than a plain Vision Transformer.

    Parameters
    ----------
    model : Module
        As `timm.create_model` makes it.

    Returns
    -------
    dict of str to Any, or None
        Sizes and activation under the names of Transformers' `ViTConfig`, everything else under those of the
        arguments of timm's `VisionTransformer`. `final_norm` is the normalisation behind the last block:
        "norm" of all tokens, "fc_norm" of what is pooled, or "none".
    """
    if type(model) is not VisionTransformer or not _is_plain(model):
        return None
    first: Any = model.blocks[0]
    activation = _activation(first.mlp.act)
    final = {name for name in ("norm", "fc_norm") if not _is_nothing(getattr(model, name))}
    epsilons = {_epsilon(norm) for norm in _norms(model)}
    has_head = len(final) == 1 or (not final and model.global_pool == "avg")
    if activation is None or not has_head or len(epsilons) != 1 or None in epsilons:
        return None
    return {
        "hidden_size": model.embed_dim,
        "num_hidden_layers": len(model.blocks),
        "num_attention_heads": first.attn.num_heads,
        "intermediate_size": first.mlp.fc1.out_features,
        "image_size": list(model.patch_embed.img_size),
        "patch_size": list(model.patch_embed.patch_size),
        "hidden_act": activation,
        "layer_norm_eps": epsilons.pop(),
        "qkv_bias": first.attn.qkv.bias is not None,
        "layer_scale": not _is_nothing(first.ls1),
        "class_token": model.cls_token is not None,
        "reg_tokens": model.num_reg_tokens,
        "pos_embed": model.pos_embed is not None,
        "no_embed_class": model.no_embed_class,
        "pre_norm": not _is_nothing(model.norm_pre),
        "global_pool": model.global_pool,
        "final_norm": next(iter(final), "none"),
    }


def _is_plain(model: Any) -> bool:
    patches = model.patch_embed
    has_norm = not _is_nothing(model.norm_pre)
    return (
        type(patches) is PatchEmbed
        and _is_nothing(patches.norm)
        and patches.img_size is not None
        and (patches.flatten or model.dynamic_img_size)
        and (patches.proj.bias is None) == has_norm
        and model.attn_pool is None
        and model.global_pool in _POOLING
        and not (model.global_pool == "avg" and model.pool_include_prefix)
        and isinstance(model.head, nn.Linear)
        and all(map(_is_plain_block, model.blocks))
        and len({_shape(block) for block in model.blocks}) == 1
    )


def _is_plain_block(block: Any) -> bool:
    if type(block) is not Block or type(block.attn) is not Attention or type(block.mlp) is not Mlp:
        return False
    attention, mlp = block.attn, block.mlp
    others = [attention.q_norm, attention.k_norm, mlp.norm]
    others += [getattr(attention, name, None) for name in ("norm", "gate")]
    width = attention.num_heads * attention.head_dim
    return (
        all(map(_is_nothing, others))
        and attention.qkv.out_features == 3 * width
        and attention.proj.in_features == width == attention.proj.out_features
        and attention.scale == attention.head_dim**-0.5
        and all(layer.bias is not None for layer in (attention.proj, mlp.fc1, mlp.fc2))
        and isinstance(mlp.fc1, nn.Linear)
        and _is_nothing(block.ls1) == _is_nothing(block.ls2)
    )


def _shape(block: Any) -> tuple[object, ...]:
    """Return what all blocks of a plain model have in common."""
    return (
        block.attn.num_heads,
        block.attn.qkv.bias is None,
        block.mlp.fc1.out_features,
        _activation(block.mlp.act),
        _is_nothing(block.ls1),
    )


def _norms(model: Any) -> Iterable[nn.Module]:
    found = [model.norm, model.fc_norm, model.norm_pre]
    found += [norm for block in model.blocks for norm in (block.norm1, block.norm2)]
    return (norm for norm in found if not _is_nothing(norm))


def _epsilon(norm: nn.Module) -> float | None:
    """Return what a layer normalisation adds to the variance, or None for one of another kind."""
    return norm.eps if isinstance(norm, nn.LayerNorm) and norm.bias is not None else None


def _is_nothing(layer: Any) -> bool:
    return layer is None or isinstance(layer, nn.Identity)


def _activation(layer: nn.Module) -> str | None:
    """Return the name that Transformers has for an activation (`ACT2FN`)."""
    if isinstance(layer, nn.GELU):
        return "gelu_pytorch_tanh" if layer.approximate == "tanh" else "gelu"
    return _ACTIVATIONS.get(type(layer))
