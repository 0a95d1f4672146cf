"""The steps of an image processor after resizing, as a factor and a shift of each channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from vitscale.models.checkpoint.kinds import CHANNELS


@dataclass(frozen=True)
class Colors:
    """Rescaling and normalising: channel of the model = channel of the image * scale + shift.

    Attributes
    ----------
    scale, shift : Tensor, float64 [3]
        Factor and shift of each channel of the model.
    flipped : bool
        Whether the model takes blue first.
    """

    scale: Tensor
    shift: Tensor
    flipped: bool

    @property
    def order(self) -> list[int]:
        """Channel of the image for each channel of the model."""
        channels = list(range(CHANNELS))
        return channels[::-1] if self.flipped else channels


def colors_of(processor: Any) -> Colors:
    """Return the colours of a processor of `load_processor`, in double precision.

    Sources: `_preprocess` of `image_processing_backends.PilBackend` and of the processors of EfficientNet and
    MobileViT.
    """
    scale = torch.ones(CHANNELS, dtype=torch.float64)
    shift = torch.zeros(CHANNELS, dtype=torch.float64)
    if processor.do_rescale:
        scale = scale * processor.rescale_factor
        shift = shift - (1.0 if getattr(processor, "rescale_offset", False) else 0.0)
    again = getattr(processor, "include_top", False)
    if processor.do_normalize or again:
        deviation = torch.tensor(processor.image_std, dtype=torch.float64)
    if processor.do_normalize:
        mean = torch.tensor(processor.image_mean, dtype=torch.float64)
        scale, shift = scale / deviation, (shift - mean) / deviation
    if again:
        scale, shift = scale / deviation, shift / deviation
    return Colors(scale, shift, bool(getattr(processor, "do_flip_channel_order", False)))
