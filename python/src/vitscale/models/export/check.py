"""Compares the logits of an exported graph with PyTorch's, on a few real photos and on noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from vitscale.errors import ModelError
from vitscale.images.photos.sources import SOURCES
from vitscale.models.checkpoint.load import Checkpoint, input_shape
from vitscale.models.export.inputs import preprocess

TOLERANCE = 1e-4  # of logits, relative to the largest; float32 rounding is below 1e-5


def probe_batches(checkpoint: Checkpoint) -> list[list[Image.Image]]:
    """Return photos and noise, in batches of one and of three."""
    photos, noise = [source.open() for source in SOURCES], _noise(checkpoint, 4)
    return [photos[:1], photos[1:4], noise[:1], noise[1:]]


def refuse_difference(
    checkpoint: Checkpoint,
    batches: Sequence[Sequence[Image.Image]],
    answers: Sequence[NDArray[np.float32]],
    what: str,
) -> float:
    """Compare the logits of an exported graph with PyTorch's.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    batches : sequence of sequence of Image
        Input of the graph.
    answers : sequence of ndarray, float32 [n, labels]
        Logits of the graph for each batch.
    what : str
        Name of the graph, for the message.

    Returns
    -------
    float
        The largest absolute difference of any logit.

    Raises
    ------
    ModelError
        If it is above `TOLERANCE` times the largest logit.
    """
    largest = scale = 0.0
    for images, found in zip(batches, answers, strict=True):
        pixels = torch.from_numpy(preprocess(checkpoint, images, "float32"))
        with torch.inference_mode():
            expected = checkpoint.model(pixel_values=pixels).logits.numpy()
        largest = max(largest, float(np.abs(found - expected).max()))
        scale = max(scale, float(np.abs(expected).max()))
    if not largest <= TOLERANCE * scale:
        raise ModelError(
            f"The logits of the {what} of {checkpoint.name} differ from PyTorch's by {largest:.2g}; expected "
            f"at most {TOLERANCE * scale:.2g} (the largest logit is {scale:.2g}). Nothing was written."
        )
    return largest


def _noise(checkpoint: Checkpoint, count: int) -> list[Image.Image]:
    """Return seeded images of noise in the size of the model's input."""
    channels, height, width = input_shape(checkpoint)
    pixels = np.random.default_rng(0).integers(256, size=(count, height, width, channels), dtype=np.uint8)
    return [Image.fromarray(one) for one in pixels]
