"""The arithmetic of a ViT, written so that its ONNX graph has nothing in it that an image does not need."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import ViTForImageClassification

from vitscale.models.feed_forward import FeedForward
from vitscale.models.tome import merge


class ViTGraph(nn.Module):
    """The forward pass of `ViTForImageClassification` over the same weights, for export.

    Four things differ from Transformers' own module, none of them in the result (Dosovitskiy et al. 2021,
    section 3.1):

    - No attention mask: every token of an image may see all others.
    - The class token is added to its position once, here, so the graph needs no shape of the batch to repeat
      it.
    - Only the class token is classified, so the last layer computes its query, and all that follows, for that
      token alone. That saves about 7 % of the arithmetic of ViT-base.
    - The feed-forward blocks may be a little wider, see `FeedForward`.

    Parameters
    ----------
    model : ViTForImageClassification
        Whose weights to use.
    patches : Module
        From the input to embedded patches [batch, patches, width]; the model's own convolution if None.
    merged_pairs : int
        Pairs of tokens merged in each layer but the last; this changes the result.
    """

    def __init__(
        self, model: ViTForImageClassification, patches: nn.Module | None = None, merged_pairs: int = 0
    ) -> None:
        super().__init__()
        self.patches = patches or model.vit.embeddings.patch_embeddings
        self.layers: Any = model.vit.layers
        self.feed_forwards = nn.ModuleList(FeedForward(layer.mlp) for layer in self.layers)
        self.layernorm = model.vit.layernorm
        self.classifier = model.classifier
        self.merged_pairs = merged_pairs
        positions = model.vit.embeddings.position_embeddings.detach().clone()
        positions[:, :1] += model.vit.embeddings.cls_token.detach()
        self.positions = nn.Buffer(positions)

    def forward(self, pixel_values: Tensor) -> Tensor:
        """Return the logits.

        Parameters
        ----------
        pixel_values : Tensor
            What `patches` takes; for the model's own, normalised images, float32 [batch, 3, height, width].

        Returns
        -------
        Tensor, float32 [batch, labels]
        """
        hidden = nn.functional.pad(self.patches(pixel_values), (0, 0, 1, 0)) + self.positions
        sizes = None
        *layers, last = zip(self.layers, self.feed_forwards, strict=True)
        for layer, feed_forward in layers:
            hidden, sizes = self._through(layer, feed_forward, hidden, sizes)
        hidden, _ = self._through(*last, hidden, sizes, last=True)
        logits: Tensor = self.classifier(self.layernorm(hidden)[:, 0])
        return logits

    def _through(
        self, layer: Any, feed_forward: Any, hidden: Tensor, sizes: Tensor | None, last: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Pass tokens [batch, tokens, width] and their sizes through a layer; one token leaves the last."""
        asked = 1 if last else None
        mixed, keys = _attend(layer.attention, layer.layernorm_before(hidden), sizes, asked)
        hidden = hidden[:, :asked] + mixed
        pairs = 0 if last else min(self.merged_pairs, (hidden.shape[1] - 1) // 2)
        if pairs:
            hidden, sizes = merge(hidden, sizes, keys, pairs)
        return hidden + feed_forward(layer.layernorm_after(hidden)), sizes


def _attend(attention: Any, hidden: Tensor, sizes: Tensor | None, asked: int | None) -> tuple[Tensor, Tensor]:
    """Let the first `asked` tokens (all: None) attend to all; return what they get, and all keys.

    A token that stands for several patches counts as often (Bolya et al. 2023, equation 1).
    """

    def heads(projected: Tensor) -> Tensor:
        shape = (-1, projected.shape[1], attention.num_attention_heads, attention.head_dim)
        return projected.reshape(shape).transpose(1, 2)

    query = heads(attention.q_proj(hidden[:, :asked]))
    key, value = heads(attention.k_proj(hidden)), heads(attention.v_proj(hidden))
    scores = query @ key.transpose(2, 3) * attention.scaling
    if sizes is not None:
        scores = scores + sizes.log().transpose(1, 2)[:, None]
    mixed = torch.softmax(scores, dim=-1) @ value
    return attention.o_proj(mixed.transpose(1, 2).flatten(2)), key
