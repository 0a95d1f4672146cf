"""Patch embedding of images that are not normalised."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from vitscale.models.checkpoint.load import CHANNELS, Checkpoint, input_shape


def patches_from_bytes(checkpoint: Checkpoint) -> PatchesFromBytes:
    """Fold the settings of a checkpoint's image processor into its patch embedding."""
    settings: Any = checkpoint.processor
    normalised = settings.do_normalize
    projection = checkpoint.model.vit.embeddings.patch_embeddings.projection
    _, height, width = input_shape(checkpoint)
    height_of_one, width_of_one = projection.kernel_size
    return PatchesFromBytes(
        projection,
        rescale=settings.rescale_factor if settings.do_rescale else 1.0,
        mean=list(settings.image_mean) if normalised else [0.0] * CHANNELS,
        deviation=list(settings.image_std) if normalised else [1.0] * CHANNELS,
        grid=(height // height_of_one, width // width_of_one),
    )


class PatchesFromBytes(nn.Module):
    """Embed patches of resized images: uint8, channels last.

    A patch embedding is linear, so rescaling and normalising, (pixel * rescale - mean) / deviation, go into
    its weights and bias, computed in double precision.

    Parameters
    ----------
    projection : Conv2d
        The model's projection of normalised pixels.
    rescale : float
        Factor of a pixel; 1 for none.
    mean, deviation : list of float
        Mean and standard deviation of each channel; 0 and 1 for none.
    grid : tuple of int
        Number of patches vertically and horizontally.
    """

    def __init__(
        self,
        projection: nn.Conv2d,
        rescale: float,
        mean: list[float],
        deviation: list[float],
        grid: tuple[int, int],
    ) -> None:
        super().__init__()
        weight = projection.weight.detach().double()  # [width, 3, height, width of a patch]
        self.width, self.channels, self.height_of_one, self.width_of_one = weight.shape
        self.grid = grid
        scale = torch.tensor(deviation, dtype=torch.float64).reciprocal()
        shift = -torch.tensor(mean, dtype=torch.float64) * scale
        bias = torch.einsum("ochw,c->o", weight, shift)
        if projection.bias is not None:
            bias += projection.bias.detach().double()
        folded = weight * (rescale * scale)[:, None, None]
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
