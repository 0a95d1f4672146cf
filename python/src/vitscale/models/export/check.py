"""Compares the logits of an exported graph with PyTorch's, on a few real photos and on noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from vitscale.errors import ModelError
from vitscale.images.photos.sources import SOURCES
from vitscale.models.checkpoint.load import Checkpoint, input_shape
from vitscale.models.export.inputs import preprocess

TOLERANCE = 1e-4  # of logits, relative to the largest; float32 rounding is below 1e-5


@dataclass(frozen=True)
class Probe:
    """Images, and the logits that PyTorch gives them.

    Attributes
    ----------
    name : str
        The checkpoint, for messages.
    batches : list of list of Image
        RGB images.
    logits : list of ndarray, float32 [n, labels]
        Logits of each batch.
    """

    name: str
    batches: list[list[Image.Image]]
    logits: list[NDArray[np.float32]]


def probe(checkpoint: Checkpoint) -> Probe:
    """Ask PyTorch for the logits of a few photos and of noise, in batches of one and of three.

    An export may replace parts of the model, so this comes before it.
    """
    photos, noise = [source.open() for source in SOURCES], _noise(checkpoint, 4)
    batches = [photos[:1], photos[1:4], noise[:1], noise[1:]]
    with torch.inference_mode():
        logits = [
            checkpoint.model(pixel_values=torch.from_numpy(preprocess(checkpoint, images, "float32"))).logits
            for images in batches
        ]
    return Probe(checkpoint.name, batches, [one.numpy() for one in logits])


def refuse_difference(expected: Probe, answers: Sequence[NDArray[np.float32]], what: str) -> float:
    """Compare the logits of an exported graph with PyTorch's.

    Parameters
    ----------
    expected : Probe
        The images and PyTorch's answers.
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
    for logits, found in zip(expected.logits, answers, strict=True):
        largest = max(largest, float(np.abs(found - logits).max()))
        scale = max(scale, float(np.abs(logits).max()))
    if not largest <= TOLERANCE * scale:
        raise ModelError(
            f"The logits of the {what} of {expected.name} differ from PyTorch's by {largest:.2g}; expected "
            f"at most {TOLERANCE * scale:.2g} (the largest logit is {scale:.2g}). Nothing was written."
        )
    return largest


def _noise(checkpoint: Checkpoint, count: int) -> list[Image.Image]:
    """Return seeded images of noise in the size of the model's input."""
    channels, height, width = input_shape(checkpoint)
    pixels = np.random.default_rng(0).integers(256, size=(count, height, width, channels), dtype=np.uint8)
    return [Image.fromarray(one) for one in pixels]
