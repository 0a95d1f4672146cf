"""Patch embedding of images that are not normalised."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from vitscale.models.checkpoint.load import Checkpoint, input_shape
from vitscale.models.graph.colors import Colors, colors_of


def patches_from_bytes(checkpoint: Checkpoint) -> PatchesFromBytes:
    """Fold the settings of a checkpoint's image processor into its patch embedding."""
    vit: Any = checkpoint.model
    projection = vit.vit.embeddings.patch_embeddings.projection
    _, height, width = input_shape(checkpoint)
    height_of_one, width_of_one = projection.kernel_size
    grid = (height // height_of_one, width // width_of_one)
    return PatchesFromBytes(projection, colors_of(checkpoint.processor), grid)


class PatchesFromBytes(nn.Module):
    """Embed patches of resized images: uint8, channels last.

    A patch embedding is linear, so rescaling and normalising, pixel * scale + shift, go into its weights and
    bias, computed in double precision.

    Parameters
    ----------
    projection : Conv2d
        The model's projection of normalised pixels.
    colors : Colors
        Factor and shift of each channel.
    grid : tuple of int
        Number of patches vertically and horizontally.
    """

    def __init__(self, projection: nn.Conv2d, colors: Colors, grid: tuple[int, int]) -> None:
        super().__init__()
        weight = projection.weight.detach().double()  # [width, 3, height, width of a patch]
        self.width, self.channels, self.height_of_one, self.width_of_one = weight.shape
        self.grid = grid
        bias = torch.einsum("ochw,c->o", weight, colors.shift)
        if projection.bias is not None:
            bias += projection.bias.detach().double()
        folded = (weight * colors.scale[:, None, None])[:, colors.order]
        self.linear = nn.Linear(folded[0].numel(), self.width)
        self.linear.weight.data = folded.permute(0, 2, 3, 1).flatten(1).float()
        self.linear.bias.data = bias.float()

    def forward(self, images: Tensor) -> Tensor:
        """Return [batch, patches, width] of images, uint8 [batch, height, width, 3]."""
        down, across = self.grid
        whole = images[:, : down * self.height_of_one, : across * self.width_of_one]
        cut = whole.reshape(-1, down, self.height_of_one, across, self.width_of_one * self.channels)
        patches = cut.transpose(2, 3).reshape(-1, down * across, self.linear.in_features)
        embedded: Tensor = self.linear(patches.to(torch.float32))
        return embedded
