"""From PyTorch to an ONNX file, and the proof that both compute the same."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx_ir
import onnxruntime
import torch
from onnxscript.rewriter.ort_fusions.skip_normalization import fuse_skip_layer_normalization
from PIL import Image

from vitscale.errors import ModelError
from vitscale.models.checkpoint import Checkpoint, input_shape
from vitscale.models.graph import ViTGraph
from vitscale.models.inputs import preprocess
from vitscale.models.patches import patches_from_bytes
from vitscale.models.variant import Variant
from vitscale.photos.sources import SOURCES

# 20 is the first with a Gelu operator, which onnxruntime joins with the bias before it; Spark NLP 5.5.3's
# onnxruntime 1.19 knows it as well.
OPSET = 20
INPUT, OUTPUT = "pixel_values", "logits"
TOLERANCE = 1e-4  # between the logits of ONNX and PyTorch, relative to the largest; float32 rounds below 1e-5


def write_onnx(checkpoint: Checkpoint, variant: Variant, path: Path) -> None:
    """Write the float32 graph of a variant: `pixel_values` -> `logits` [batch, labels].

    Weights above 2 GB, which protobuf cannot hold, go into a second file beside it.
    """
    channels, height, width = input_shape(checkpoint)
    if variant.input_type == "uint8":
        patches = patches_from_bytes(checkpoint)
        example = torch.zeros(2, height, width, channels, dtype=torch.uint8)
    else:
        patches = None
        example = torch.zeros(2, channels, height, width)
    graph = ViTGraph(checkpoint.model, patches, variant.token_merging).train(False)
    with quietly():
        program = torch.onnx.export(
            graph,
            (example,),
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            input_names=[INPUT],
            output_names=[OUTPUT],
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None
    _join_additions_and_norms(program.model)
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()  # stack traces, which name files of this machine
    program.save(path)


def _join_additions_and_norms(model: onnx_ir.Model) -> None:
    """Make one operator of each residual addition and the LayerNorm after it.

    The arithmetic is the same. On a processor ONNX Runtime 1.28 takes 5 ns a value for a LayerNorm that
    stands alone and 1 ns for both together: an eighth of the time of ViT-base in int8. Its own optimiser
    leaves them apart, since the sum is used again.
    """
    fuse_skip_layer_normalization(model)
    model.opset_imports["com.microsoft"] = 1


def largest_difference(checkpoint: Checkpoint, variant: Variant, path: Path) -> float:
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
    photos, noise = [source.open() for source in SOURCES], _noise(checkpoint, 4)
    for images in (photos[:1], photos[1:4], noise[:1], noise[1:]):
        pixels = torch.from_numpy(preprocess(checkpoint, images, "float32"))
        with torch.inference_mode():
            expected = checkpoint.model(pixel_values=pixels).logits.numpy()
        found = session.run([OUTPUT], {INPUT: preprocess(checkpoint, images, variant.input_type)})[0]
        largest = max(largest, float(np.abs(found - expected).max()))
        scale = max(scale, float(np.abs(expected).max()))
    if not largest <= TOLERANCE * scale:
        raise ModelError(
            f"The ONNX graph of {checkpoint.name} does not compute what PyTorch does: logits differ by "
            f"{largest:.2g} where they reach {scale:.2g}; {TOLERANCE * scale:.2g} was allowed. "
            "Nothing was written."
        )
    return largest


def refuse_other_sizes(checkpoint: Checkpoint) -> None:
    """Refuse a checkpoint whose image processor makes images of another size than its model takes."""
    made = preprocess(checkpoint, [SOURCES[0].open()], "float32").shape[1:]
    taken = input_shape(checkpoint)
    if made != taken:
        raise ModelError(
            f"The image processor of {checkpoint.name} makes images of {made}, its model takes {taken} "
            "(channels, height, width). Mend the size in preprocessor_config.json."
        )


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the processor, with a thread for each core."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@contextmanager
def quietly() -> Iterator[None]:
    """Silence warnings: exporters and quantisers warn of what is meant and of what is not needed."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _noise(checkpoint: Checkpoint, count: int) -> list[Image.Image]:
    """Return seeded images of noise, of the size that the model takes."""
    channels, height, width = input_shape(checkpoint)
    pixels = np.random.default_rng(0).integers(256, size=(count, height, width, channels), dtype=np.uint8)
    return [Image.fromarray(one) for one in pixels]
