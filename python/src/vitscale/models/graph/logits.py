"""The forward pass of any classifier for export: pixels to logits."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedModel

from vitscale.models.graph.colors import Colors


class LogitsGraph(nn.Module):
    """Transformers' own forward pass, with one input and one output.

    Parameters
    ----------
    model : PreTrainedModel
        A model for image classification; changed in place, not in what it computes.
    edge : int
        The longer edge of its input, in pixels.
    colors : Colors, optional
        Converts bytes to the model's pixels; None if the graph takes pixels.
    """

    def __init__(self, model: PreTrainedModel, edge: int, colors: Colors | None = None) -> None:
        super().__init__()
        _pool_whole_maps(model, edge)
        self.model: Any = model
        self.order = colors.order if colors else None
        if colors:
            self.scale = nn.Buffer(colors.scale.float()[:, None, None])
            self.shift = nn.Buffer(colors.shift.float()[:, None, None])

    def forward(self, pixel_values: Tensor) -> Tensor:
        """Return the logits.

        Parameters
        ----------
        pixel_values : Tensor
            float32 [batch, 3, height, width]; with `colors` uint8 [batch, height, width, 3].

        Returns
        -------
        Tensor, float32 [batch, labels]
        """
        if self.order:
            channels = pixel_values.permute(0, 3, 1, 2)[:, self.order].to(self.scale.dtype)
            pixel_values = channels * self.scale + self.shift
        logits: Tensor = self.model(pixel_values=pixel_values).logits
        return logits


def _pool_whole_maps(model: nn.Module, edge: int) -> None:
    """Replace the pooling of EfficientNet, whose window is larger than the image, by the mean of the map.

    PyTorch divides by the part of such a window that is inside of the map, and ONNX Runtime by the window.
    """
    for parent in list(model.modules()):
        for name, pool in list(parent.named_children()):
            if isinstance(pool, nn.AvgPool2d) and pool.padding == 0 and _shorter(pool.kernel_size) >= edge:
                setattr(parent, name, nn.AdaptiveAvgPool2d(1))


def _shorter(window: int | tuple[int, int]) -> int:
    return window if isinstance(window, int) else min(window)
