"""Converts PyTorch to an ONNX file, and compares the logits of both."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import onnx_ir
import onnxruntime
import torch

from vitscale.errors import ModelError
from vitscale.models.checkpoint.load import Checkpoint, input_shape, model_type
from vitscale.models.export.check import Probe, refuse_difference
from vitscale.models.export.inputs import preprocess
from vitscale.models.export.variant import Variant
from vitscale.models.graph.biases import let_next_add_biases
from vitscale.models.graph.colors import colors_of
from vitscale.models.graph.logits import LogitsGraph
from vitscale.models.graph.model_attention import fused_attention
from vitscale.models.graph.patches import patches_from_bytes
from vitscale.models.graph.skip_norms import join_sums_and_norms
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
    has_own_graph = model_type(checkpoint) == "vit"
    try:
        with nullcontext() if has_own_graph else fused_attention(checkpoint.model):
            program = _exported(_graph(checkpoint, variant), _example(checkpoint, variant))
    except Exception as error:  # many classes of torch's exporter
        raise ModelError(
            f"{checkpoint.name} cannot be converted to ONNX: {first_sentence(error)} Please report this, "
            "with its config.json."
        ) from error
    assert program is not None
    if not has_own_graph:
        join_sums_and_norms(program.model.graph)
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()  # stack traces with paths of this machine
        _leave_out_statistics(node)
    if variant.precision in ("fp32", "fp16"):
        let_next_add_biases(program.model.graph)
    program.save(path)


def _graph(checkpoint: Checkpoint, variant: Variant) -> torch.nn.Module:
    """Return the forward pass to export: one of fewer operators for a plain ViT, else the model's own."""
    model: Any = checkpoint.model
    from_bytes = variant.input_type == "uint8"
    if model_type(checkpoint) != "vit":
        edge = max(input_shape(checkpoint)[1:])
        return LogitsGraph(model, edge, colors_of(checkpoint.processor) if from_bytes else None)
    patches = patches_from_bytes(checkpoint) if from_bytes else None
    for_gpu = variant.precision == "fp16"
    return ViTGraph(model, patches, variant.token_merging, for_gpu=for_gpu).train(False)


def _example(checkpoint: Checkpoint, variant: Variant) -> torch.Tensor:
    channels, height, width = input_shape(checkpoint)
    if variant.input_type == "uint8":
        return torch.zeros(2, height, width, channels, dtype=torch.uint8)
    return torch.zeros(2, channels, height, width)


def _exported(graph: torch.nn.Module, example: torch.Tensor) -> torch.onnx.ONNXProgram | None:
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


def largest_difference(checkpoint: Checkpoint, expected: Probe, variant: Variant, path: Path) -> float:
    """Compare an ONNX file with PyTorch.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    expected : Probe
        PyTorch's logits, from before the export.
    variant : Variant
        What the file is.
    path : Path
        The file.

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
    answers = [
        session.run([OUTPUT], {INPUT: preprocess(checkpoint, images, variant.input_type)})[0]
        for images in expected.batches
    ]
    return refuse_difference(expected, answers, "ONNX graph")


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the CPU, with a thread for each core."""
    return onnxruntime.InferenceSession(str(path), processor_options(), providers=["CPUExecutionProvider"])
