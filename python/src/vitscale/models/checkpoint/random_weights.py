"""Known architectures with seeded random weights, for machines without access to the hub."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from typing import Any

import torch
from transformers import ViTConfig, ViTForImageClassification
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from vitscale.images.photos.sources import SOURCES

SEED = 0
POSITION_DEVIATION = 0.5  # about that of a patch of a photo under such weights
SMALL_DEVIATION = 0.1  # of biases and norm weights, so that exporters do not remove zeros and ones


def known_architectures() -> dict[str, Any]:
    """Return the architectures known without the hub: name -> configuration and name of the labels."""
    known: dict[str, Any] = _data("architectures.json")
    return known


def stand_in(name: str) -> tuple[ViTForImageClassification, ViTImageProcessorPil]:
    """Build the architecture called `name` with random weights and its real label texts.

    Parameters
    ----------
    name : str
        A key of `known_architectures`.

    Returns
    -------
    model : ViTForImageClassification
        The model in float32 and evaluation mode; the same weights at every call with the same torch version.
    processor : ViTImageProcessorPil
        Processor of the real checkpoint: bilinear, mean and deviation 0.5.
    """
    known = known_architectures()[name]
    labels = _data(f"{known['labels']}.json")["labels"]
    config = ViTConfig(
        **known["config"],
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    side: Any = config.image_size
    processor = ViTImageProcessorPil(size={"height": side, "width": side})
    model = ViTForImageClassification(config)
    seed_weights(
        model, SEED, processor([source.open() for source in SOURCES], return_tensors="pt")["pixel_values"]
    )
    return model, processor


def seed_weights(model: ViTForImageClassification, seed: int, pixels: torch.Tensor) -> None:
    """Fill `model` with random weights that give different classes to different photos.

    With Transformers' initialisation nearly all photos get the same first class. Here each output of a matrix
    has about the variance of its inputs, as in LeCun et al. 1998 ("Efficient BackProp", section 4.6). Then
    the classifier is shifted and scaled so that over some photos each logit has mean 0, and all logits have
    standard deviation 1.

    Parameters
    ----------
    model : ViTForImageClassification
        Changed in place, and set to evaluation mode.
    seed : int
        Seed of torch's generator.
    pixels : Tensor, float32 [photos, 3, height, width]
        Photos after preprocessing.
    """
    generator = torch.Generator().manual_seed(seed)
    module: Any = model.train(False)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith(("cls_token", "position_embeddings")):
                weight.normal_(0.0, POSITION_DEVIATION, generator=generator)
            elif weight.dim() > 1:
                weight.normal_(0.0, 1 / math.sqrt(weight[0].numel()), generator=generator)
            else:
                usual = 1.0 if "layernorm" in name and name.endswith("weight") else 0.0
                weight.normal_(usual, SMALL_DEVIATION, generator=generator)
        logits = module(pixel_values=pixels).logits
        centred = logits - logits.mean(dim=0)
        module.classifier.weight /= centred.std()
        module.classifier.bias -= logits.mean(dim=0) / centred.std()


def _data(name: str) -> Any:
    return json.loads((files("vitscale.models.checkpoint") / "data" / name).read_text(encoding="utf-8"))
