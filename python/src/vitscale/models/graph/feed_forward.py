"""The feed-forward block of a ViT, padded to avoid cache conflicts on CPUs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

_WAY_BYTES = 4096
"""Distance of addresses in the same set of the L1 cache: 64 sets of 64 bytes on x86 and most others."""

_LINE_FLOATS = 16


class FeedForward(nn.Module):
    """Transformers' `ViTMLP` with the same weights, if needed with a few more inner values, all zero.

    The second product reads about ten rows of inner values at the same time. Rows of 3,072 floats, as in
    ViT-base, start 3 x 4,096 bytes apart, so all of them are in one set of the L1 cache, which has eight
    ways. ONNX Runtime then takes a third longer for the product on a Cascade Lake. One more cache line for
    each row spreads them. The added values are zero, so the result is the same.

    Parameters
    ----------
    block : ViTMLP
        Transformers' block.
    for_gpu : bool
        Whether it is for a GPU, where padding only adds work.
    """

    def __init__(self, block: Any, *, for_gpu: bool = False) -> None:
        super().__init__()
        self.activation = block.activation_fn
        more = 0 if for_gpu else _more(block.fc1.out_features)
        self.widen = _linear(block.fc1, (0, 0, 0, more))
        self.narrow = _linear(block.fc2, (0, more))

    def forward(self, hidden: Tensor) -> Tensor:
        """Return tokens [..., width] of tokens [..., width]."""
        result: Tensor = self.narrow(self.activation(self.widen(hidden)))
        return result


def _more(inner: int) -> int:
    """Return the number of values to add to a row of ``inner`` floats."""
    return 0 if inner * torch.float32.itemsize % _WAY_BYTES else _LINE_FLOATS


def _linear(linear: nn.Linear, more: tuple[int, ...]) -> nn.Linear:
    """Return a layer with zeros added to its weights [out, in], in the order of `nn.functional.pad`."""
    weight = nn.functional.pad(linear.weight.detach(), more)
    padded = nn.Linear(weight.shape[1], weight.shape[0], bias=linear.bias is not None, device="meta")
    padded.weight = nn.Parameter(weight)
    if linear.bias is not None:
        below = weight.shape[0] - linear.out_features
        padded.bias = nn.Parameter(nn.functional.pad(linear.bias.detach(), (0, below)))
    return padded
