"""The feed-forward block of a ViT, with rows that do not stand in each other's way in a processor's cache."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

_WAY_BYTES = 4096
"""Addresses that far apart share a line of the first cache: 64 lines of 64 bytes on x86 and most others."""

_LINE_FLOATS = 16


class FeedForward(nn.Module):
    """Transformers' `ViTMLP` over the same weights, where need be with a few more inner values, all zero.

    The second product reads some ten rows of inner values side by side. Rows of 3,072 floats, as in ViT-base,
    begin 4,096 bytes times three apart: all in one line of the first cache, which holds eight of them. ONNX
    Runtime then takes a third longer for the product on a Cascade Lake. One line more for each row spreads
    them. What is added is zero, times zero: the result is the same.

    Parameters
    ----------
    block : ViTMLP
        Transformers' own.
    for_gpu : bool
        Whether a GPU is to run it, which would only have more to compute.
    """

    def __init__(self, block: Any, *, for_gpu: bool = False) -> None:
        super().__init__()
        self.activation = block.activation_fn
        more = 0 if for_gpu else _more(block.fc1.out_features)
        self.widen = _linear(block.fc1, (0, 0, 0, more))
        self.narrow = _linear(block.fc2, (0, more))

    def forward(self, hidden: Tensor) -> Tensor:
        """Return tokens [..., width] of such."""
        result: Tensor = self.narrow(self.activation(self.widen(hidden)))
        return result


def _more(inner: int) -> int:
    """Return how many values a row of so many floats needs more."""
    return 0 if inner * torch.float32.itemsize % _WAY_BYTES else _LINE_FLOATS


def _linear(linear: nn.Linear, more: tuple[int, ...]) -> nn.Linear:
    """Return a layer with zeros beside or below its weights [out, in], as `nn.functional.pad` counts."""
    weight = nn.functional.pad(linear.weight.detach(), more)
    padded = nn.Linear(weight.shape[1], weight.shape[0], bias=linear.bias is not None, device="meta")
    padded.weight = nn.Parameter(weight)
    if linear.bias is not None:
        below = weight.shape[0] - linear.out_features
        padded.bias = nn.Parameter(nn.functional.pad(linear.bias.detach(), (0, below)))
    return padded
