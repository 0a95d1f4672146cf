"""Converts PyTorch to an ONNX file, and compares the logits of both."""

from __future__ import annotations

from pathlib import Path

import onnx_ir
import onnxruntime
import torch

from vitscale.errors import ModelError
from vitscale.images.photos.sources import SOURCES
from vitscale.models.checkpoint.load import Checkpoint, input_shape
from vitscale.models.export.check import probe_batches, refuse_difference
from vitscale.models.export.inputs import preprocess
from vitscale.models.export.variant import Variant
from vitscale.models.graph.biases import let_next_add_biases
from vitscale.models.graph.patches import patches_from_bytes
from vitscale.models.graph.vit import ViTGraph
from vitscale.models.onnx_options import processor_options
from vitscale.models.quiet import quietly
from vitscale.system.error_text import first_sentence

# 20 is the first opset with a Gelu operator, which onnxruntime fuses with the bias before it. The
# onnxruntime 1.19 of Spark NLP 5.5.3 supports it, too.
OPSET = 20
INPUT, OUTPUT = "pixel_values", "logits"


def write_onnx(checkpoint: Checkpoint, variant: Variant, path: Path) -> None:
    """Write the float32 graph of a variant: `pixel_values` -> `logits` [batch, labels].

    Weights above 2 GB, the limit of protobuf, go into a second file beside it.
    """
    channels, height, width = input_shape(checkpoint)
    if variant.input_type == "uint8":
        patches = patches_from_bytes(checkpoint)
        example = torch.zeros(2, height, width, channels, dtype=torch.uint8)
    else:
        patches = None
        example = torch.zeros(2, channels, height, width)
    graph = ViTGraph(
        checkpoint.model, patches, variant.token_merging, for_gpu=variant.precision == "fp16"
    ).train(False)
    try:
        program = _exported(graph, example)
    except Exception as error:  # many classes of torch's exporter
        raise ModelError(
            f"{checkpoint.name} cannot be converted to ONNX: {first_sentence(error)} Please report this, "
            "with its config.json."
        ) from error
    assert program is not None
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()  # stack traces with paths of this machine
        _leave_out_statistics(node)
    if variant.precision in ("fp32", "fp16"):
        let_next_add_biases(program.model.graph)
    program.save(path)


def _exported(graph: ViTGraph, example: torch.Tensor) -> torch.onnx.ONNXProgram | None:
    with quietly():
        return torch.onnx.export(
            graph,
            (example,),
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            input_names=[INPUT],
            output_names=[OUTPUT],
            opset_version=OPSET,
            verbose=False,
        )


def _leave_out_statistics(node: onnx_ir.Node) -> None:
    """Drop the unused outputs mean and deviation: their type is float32 even in a float16 graph."""
    if node.op_type == "SkipLayerNormalization":
        for value in node.outputs[1:3]:
            value.name = ""


def largest_difference(checkpoint: Checkpoint, variant: Variant, path: Path) -> float:
    """Compare an ONNX file with PyTorch.

    Returns
    -------
    float
        The largest absolute difference of any logit.

    Raises
    ------
    ModelError
        If it is above the effect of rounding.
    """
    session = open_session(path)
    batches = probe_batches(checkpoint)
    answers = [
        session.run([OUTPUT], {INPUT: preprocess(checkpoint, images, variant.input_type)})[0]
        for images in batches
    ]
    return refuse_difference(checkpoint, batches, answers, "ONNX graph")


def refuse_other_sizes(checkpoint: Checkpoint) -> None:
    """Raise an error if the image processor makes images of another size than the model's input."""
    made = preprocess(checkpoint, [SOURCES[0].open()], "float32").shape[1:]
    taken = input_shape(checkpoint)
    if made != taken:
        raise ModelError(
            f"The image processor of {checkpoint.name} makes images of {made}; its model expects {taken} "
            "(channels, height, width). Correct the size in preprocessor_config.json."
        )


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the CPU, with a thread for each core."""
    return onnxruntime.InferenceSession(str(path), processor_options(), providers=["CPUExecutionProvider"])
