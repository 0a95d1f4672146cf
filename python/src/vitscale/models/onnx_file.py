"""From PyTorch to an ONNX file, and the proof that both compute the same."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from vitscale.errors import ModelError
from vitscale.models.checkpoint import CHANNELS, Checkpoint
from vitscale.models.graph import ViTGraph
from vitscale.photos.sources import SOURCES

# 20 is the first with a Gelu operator, which onnxruntime joins with the bias before it; Spark NLP 5.5.3's
# onnxruntime 1.19 knows it as well.
OPSET = 20
INPUT, OUTPUT = "pixel_values", "logits"
TOLERANCE = (
    1e-4  # between the logits of ONNX and PyTorch, relative to the largest; float32 rounding stays below 1e-5
)


def write_onnx(checkpoint: Checkpoint, path: Path) -> None:
    """Write the float32 graph: `pixel_values` [batch, 3, height, width] -> `logits` [batch, labels].

    Weights above 2 GB, which protobuf cannot hold, go into a second file beside it.
    """
    write_module(ViTGraph(checkpoint.model).eval(), _pixels(checkpoint, 2), path)


def write_module(module: nn.Module, example: torch.Tensor, path: Path) -> None:
    """Export a module of one input, with its first axis free."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)  # it warns of every torchvision operator that is not installed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                module,
                (example,),
                dynamo=True,
                dynamic_shapes=({0: torch.export.Dim("batch")},),
                input_names=[INPUT],
                output_names=[OUTPUT],
                opset_version=OPSET,
                verbose=False,
            )
    finally:
        logger.setLevel(level)
    assert program is not None
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()  # stack traces, which name files of this machine
    program.save(path)


def largest_difference(checkpoint: Checkpoint, path: Path) -> float:
    """Compare an ONNX file with PyTorch on real photos and on noise, in batches of one and of three.

    Returns
    -------
    float
        The largest absolute difference of any logit.

    Raises
    ------
    ModelError
        If it is above `TOLERANCE` times the largest logit.
    """
    session = open_session(path)
    largest = scale = 0.0
    photos = torch.from_numpy(photo_pixels(checkpoint))
    for pixels in (photos[:1], photos[1:4], _pixels(checkpoint, 1), _pixels(checkpoint, 3)):
        with torch.inference_mode():
            expected = checkpoint.model(pixel_values=pixels).logits.numpy()
        found = session.run([OUTPUT], {INPUT: pixels.numpy()})[0]
        largest = max(largest, float(np.abs(found - expected).max()))
        scale = max(scale, float(np.abs(expected).max()))
    if not largest <= TOLERANCE * scale:
        raise ModelError(
            f"The ONNX graph of {checkpoint.name} does not compute what PyTorch does: logits differ by "
            f"{largest:.2g} where they reach {scale:.2g}; {TOLERANCE * scale:.2g} was allowed. "
            "Nothing was written."
        )
    return largest


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the processor, with a thread for each core."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def photo_pixels(checkpoint: Checkpoint) -> NDArray[np.float32]:
    """Preprocess the package's own photos, one after the other: float32 [photos, 3, height, width]."""
    images = [source.open() for source in SOURCES]
    pixels: NDArray[np.float32] = checkpoint.processor(images, return_tensors="np")["pixel_values"]
    expected = input_shape(checkpoint)
    if pixels.shape[1:] != expected:
        raise ModelError(
            f"The image processor of {checkpoint.name} makes images of {pixels.shape[1:]}, "
            f"its model takes {expected} (channels, height, width). "
            "Mend the size in preprocessor_config.json."
        )
    return pixels


def input_shape(checkpoint: Checkpoint) -> tuple[int, int, int]:
    """Return channels, height and width of an image as the model takes it."""
    size: Any = checkpoint.model.config.image_size
    height, width = (size, size) if isinstance(size, int) else size
    return CHANNELS, height, width


def _pixels(checkpoint: Checkpoint, batch: int) -> torch.Tensor:
    """Return seeded noise in the shape of `batch` normalised images."""
    return torch.randn(batch, *input_shape(checkpoint), generator=torch.Generator().manual_seed(batch))
