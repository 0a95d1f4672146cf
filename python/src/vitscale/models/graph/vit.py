"""The arithmetic of a ViT, written so that its ONNX graph has nothing in it that an image does not need."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from transformers import ViTForImageClassification

from vitscale.models.graph.attention import Attention, by_image, first_of_each
from vitscale.models.graph.feed_forward import FeedForward
from vitscale.models.graph.fused_ops import add_and_norm
from vitscale.models.graph.token_merging import merge


class ViTGraph(nn.Module):
    """The forward pass of `ViTForImageClassification` over the same weights, for export.

    Six things differ from Transformers' own module, none of them in the result (Dosovitskiy et al. 2021,
    section 3.1):

    - No attention mask: every token of an image may see all others.
    - The class token is added to its position once, here, so the graph needs no shape of the batch to repeat
      it.
    - Only the class token is classified, so the last layer computes its query, and all that follows, for that
      token alone. That saves about 7 % of the arithmetic of ViT-base.
    - Tokens are flat, so that a bias is part of its product and no pass of its own.
    - Biases of keys and values are not added to every token, see `Attention`.
    - The feed-forward blocks may be a little wider, see `FeedForward`.

    Parameters
    ----------
    model : ViTForImageClassification
        Whose weights to use.
    patches : Module
        From the input to embedded patches [batch, patches, width]; the model's own convolution if None.
    merged_pairs : int
        Pairs of tokens merged in each layer but the last; this changes the result.
    for_gpu : bool
        Whether a GPU is to run it, and not a processor.
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
            What `patches` takes; for the model's own, normalised images, float32 [batch, 3, height, width].

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
