"""The forward pass of a ViT for export, without unnecessary operators."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from transformers import ViTForImageClassification

from vitscale.models.graph.attention import Attention, by_image, first_of_each
from vitscale.models.graph.feed_forward import FeedForward
from vitscale.models.graph.fused_ops import add_and_norm
from vitscale.models.graph.token_merging import merge


class ViTGraph(nn.Module):
    """The forward pass of `ViTForImageClassification` with the same weights, for export.

    Six things differ from Transformers' module, without a change of the result (Dosovitskiy et al. 2021,
    section 3.1):

    - No attention mask: every token of an image attends to all others.
    - The class token is added to its position embedding here, so the graph does not need the batch size to
      repeat it.
    - Only the class token is classified, so the last layer computes the query, and everything after it, for
      that token only. That saves about 7 % of the arithmetic of ViT-base.
    - Tokens are flat, so that a bias is part of its product.
    - Biases of keys and values are not added to every token, see `Attention`.
    - The feed-forward blocks may be a little wider, see `FeedForward`.

    Parameters
    ----------
    model : ViTForImageClassification
        The model with the weights.
    patches : Module
        Converts the input to embedded patches [batch, patches, width]; None for the model's convolution.
    merged_pairs : int
        Pairs of tokens to merge in each layer except the last; this changes the result.
    for_gpu : bool
        Whether it is for a GPU instead of a CPU.
    """

    def __init__(
        self,
        model: ViTForImageClassification,
        patches: nn.Module | None = None,
        merged_pairs: int = 0,
        *,
        for_gpu: bool = False,
    ) -> None:
        super().__init__()
        self.patches = patches or model.vit.embeddings.patch_embeddings
        self.layers: Any = model.vit.layers
        self.attentions = nn.ModuleList(
            Attention(layer.attention, keeps_keys=merged_pairs > 0) for layer in self.layers
        )
        self.feed_forwards = nn.ModuleList(FeedForward(layer.mlp, for_gpu=for_gpu) for layer in self.layers)
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
            Input of `patches`; for the model's own, normalised images, float32 [batch, 3, height, width].

        Returns
        -------
        Tensor, float32 [batch, labels]
        """
        images = nn.functional.pad(self.patches(pixel_values), (0, 0, 1, 0)) + self.positions
        tokens, sizes = images.shape[1], None
        hidden = images.flatten(0, 1)
        normed = self.layers[0].layernorm_before(hidden)
        norms_after = [*(layer.layernorm_before for layer in self.layers[1:]), self.layernorm]
        parts = zip(self.layers, self.attentions, self.feed_forwards, norms_after, strict=True)
        for number, (layer, attend, feed_forward, norm_after) in enumerate(parts, start=1):
            is_last = number == len(self.layers)
            asked = 1 if is_last else tokens
            mixed, keys = attend(normed, tokens, asked, sizes)
            hidden = first_of_each(hidden, tokens, asked)
            pairs = 0 if is_last else min(self.merged_pairs, (tokens - 1) // 2)
            if pairs:
                merged, sizes = merge(by_image(hidden + mixed, tokens), sizes, keys, pairs)
                tokens -= pairs
                hidden = merged.flatten(0, 1)
                normed = layer.layernorm_after(hidden)
            else:
                normed, hidden = add_and_norm(hidden, mixed, layer.layernorm_after)
            normed, hidden = add_and_norm(hidden, feed_forward(normed), norm_after)
        logits: Tensor = self.classifier(normed)
        return logits
