"""The arithmetic of a ViT, written so that its ONNX graph has nothing in it that an image does not need."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import ViTForImageClassification


class ViTGraph(nn.Module):
    """The forward pass of `ViTForImageClassification` over the same weights, for export.

    Three things differ from Transformers' own module, none of them in the result (Dosovitskiy et al. 2021,
    section 3.1):

    - No attention mask: every token of an image may see all others.
    - The class token is added to its position once, here, so the graph needs no shape of the batch to repeat
      it.
    - Only the class token is classified, so the last layer computes its query, and all that follows, for that
      token alone. That saves about 7 % of the arithmetic of ViT-base.
    """

    def __init__(self, model: ViTForImageClassification) -> None:
        super().__init__()
        self.projection = model.vit.embeddings.patch_embeddings.projection
        self.layers: Any = model.vit.layers
        self.layernorm = model.vit.layernorm
        self.classifier = model.classifier
        positions = model.vit.embeddings.position_embeddings.detach().clone()
        positions[:, :1] += model.vit.embeddings.cls_token.detach()
        self.positions = nn.Buffer(positions)

    def forward(self, pixel_values: Tensor) -> Tensor:
        """Return the logits.

        Parameters
        ----------
        pixel_values : Tensor, float32 [batch, 3, height, width]
            Normalised images of the model's own size.

        Returns
        -------
        Tensor, float32 [batch, labels]
        """
        patches = self.projection(pixel_values).flatten(2).transpose(1, 2)
        hidden = nn.functional.pad(patches, (0, 0, 1, 0)) + self.positions
        for layer in self.layers[:-1]:
            hidden = _through(layer, hidden, tokens=None)
        hidden = _through(self.layers[-1], hidden, tokens=1)
        logits: Tensor = self.classifier(self.layernorm(hidden)[:, 0])
        return logits


def _through(layer: Any, hidden: Tensor, tokens: int | None) -> Tensor:
    """Pass `hidden` [batch, tokens, width] through one layer; the first `tokens` come out (all: None)."""
    attended = _attention(layer.attention, layer.layernorm_before(hidden), tokens)
    hidden = hidden[:, :tokens] + attended
    transformed: Tensor = hidden + layer.mlp(layer.layernorm_after(hidden))
    return transformed


def _attention(attention: Any, hidden: Tensor, tokens: int | None) -> Tensor:
    """Let the first `tokens` attend to all."""

    def heads(projected: Tensor) -> Tensor:
        shape = (-1, projected.shape[1], attention.num_attention_heads, attention.head_dim)
        return projected.reshape(shape).transpose(1, 2)

    query = heads(attention.q_proj(hidden[:, :tokens]))
    key, value = heads(attention.k_proj(hidden)), heads(attention.v_proj(hidden))
    weights = torch.softmax(query @ key.transpose(2, 3) * attention.scaling, dim=-1)
    mixed: Tensor = attention.o_proj((weights @ value).transpose(1, 2).flatten(2))
    return mixed
