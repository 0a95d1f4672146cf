"""Attention output per token."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from vitscale.models.graph.fused_ops import mix_values


class Attention(nn.Module):
    """Multi-head attention over flat tokens (Dosovitskiy et al. 2021, section 3.1).

    Tokens are flat, [batch * tokens, width], one image after another, so that each projection is one product
    that includes its bias. Two biases need not be added to every token. The bias of the keys adds the same
    value to all scores of a query, which the softmax cancels. The bias of the values passes through
    unchanged, since the softmax sums to 1, so it is part of the output's bias.

    Parameters
    ----------
    module : ViTAttention
        Transformers' module with the weights.
    keeps_keys : bool
        Whether the keys are an output, and so need their bias.
    """

    def __init__(self, module: Any, *, keeps_keys: bool = False) -> None:
        super().__init__()
        self.module = module
        self.keeps_keys = keeps_keys
        output, value = module.o_proj, module.v_proj
        bias = output.bias.detach()
        self.bias = nn.Buffer(
            bias if value.bias is None else bias + output.weight.detach() @ value.bias.detach()
        )

    def forward(self, normed: Tensor, tokens: int, asked: int, sizes: Tensor | None) -> tuple[Tensor, Tensor]:
        """Let the first `asked` tokens of each image attend to all.

        Parameters
        ----------
        normed : Tensor, float32 [batch * tokens, width]
        tokens, asked : int
            Number of tokens, and of queries, of each image.
        sizes : Tensor, float32 [batch, tokens, 1], or None
            Number of patches of each token, its weight in the softmax (Bolya et al. 2023, equation 1).

        Returns
        -------
        mixed : Tensor, float32 [batch * asked, width]
        keys : Tensor, float32 [batch, heads, tokens, head width]
            Keys without their bias, unless ``keeps_keys``.
        """
        key_bias = self.module.k_proj.bias if self.keeps_keys else None
        query = by_image(self.module.q_proj(first_of_each(normed, tokens, asked)), asked)
        key = by_image(linear(normed, self.module.k_proj.weight, key_bias), tokens)
        value = by_image(linear(normed, self.module.v_proj.weight), tokens)
        if sizes is None:
            heads, scaling = self.module.num_attention_heads, self.module.scaling
            mixed = mix_values(query, key, value, heads=heads, scaling=scaling)
        else:
            mixed = self._mix(query, key, value, sizes)
        return linear(mixed.flatten(0, 1), self.module.o_proj.weight, self.bias), self._heads(key)

    def _mix(self, query: Tensor, key: Tensor, value: Tensor, sizes: Tensor) -> Tensor:
        """Compute `mix_values` step by step, with tokens weighted by `sizes`."""
        scores = self._heads(query) @ self._heads(key).transpose(2, 3) * self.module.scaling
        scores = scores + sizes.log().transpose(1, 2)[:, None]
        mixed = torch.softmax(scores, dim=-1) @ self._heads(value)
        return mixed.transpose(1, 2).flatten(2)

    def _heads(self, projected: Tensor) -> Tensor:
        """Return [batch, heads, tokens, head width] of [batch, tokens, width]."""
        shape = (-1, projected.shape[1], self.module.num_attention_heads, self.module.head_dim)
        return projected.reshape(shape).transpose(1, 2)


def by_image(flat: Tensor, tokens: int) -> Tensor:
    """Return flat tokens as [batch, tokens, width]."""
    return flat.reshape(-1, tokens, flat.shape[1])


def first_of_each(flat: Tensor, tokens: int, asked: int) -> Tensor:
    """Return the first `asked` of the `tokens` of each image, flat."""
    return flat if asked == tokens else by_image(flat, tokens)[:, :asked].flatten(0, 1)
