"""Half-precision weights and arithmetic for GPUs, with onnxruntime's own converter.

The types of input (float32 or bytes) and output (float32) do not change. Only the classifier stays in
float32: it costs almost nothing and leaves the logits unrounded. The patch embedding has a hundredth of the
arithmetic; in float32 it would take ten times that share where float16 is ten times as fast.

Sums need float32. ONNX Runtime's CUDA kernel for attention uses it internally. The kernel for
SkipLayerNormalization uses it only with the option ``enable_skip_layer_norm_strict_mode``, which all sessions
of this package set. Without it squares are added in float16 (``skip_layer_norm_impl.cu``).
"""

from __future__ import annotations

from pathlib import Path

import onnx
import onnx_ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from vitscale.models.export.graph_nodes import classifier
from vitscale.models.quiet import quietly


def halve(source: Path, target: Path) -> None:
    """Write the float16 graph of a float32 one.

    Parameters
    ----------
    source, target : Path
        ONNX files.
    """
    # Imported here, since it adds its own folder to Python's path.
    from onnxruntime.transformers.float16 import convert_float_to_float16

    graph = onnx.load(source, load_external_data=False).graph
    with quietly():
        halved = convert_float_to_float16(str(source), keep_io_types=True, node_block_list=classifier(graph))
    _drop_types_of_constants(halved.graph)
    model = onnx_ir.from_proto(halved)
    _drop_round_trips(model.graph)
    RemoveUnusedNodesPass()(model)
    model.graph.sort()  # the converter puts the casts of input and output last
    onnx_ir.save(model, target)


def _drop_types_of_constants(graph: onnx.GraphProto) -> None:
    """Drop the types of constants, which the converter sets to float16 even for unconverted ones."""
    constants = {tensor.name for tensor in graph.initializer}
    noted = [value for value in graph.value_info if value.name not in constants]
    del graph.value_info[:]
    graph.value_info.extend(noted)


def _drop_round_trips(graph: onnx_ir.Graph) -> None:
    """Replace casts from float16 of a value that was float32 by that value."""
    for node in list(graph):
        if node.op_type != "Cast" or node.attributes["to"].as_int() != onnx_ir.DataType.FLOAT:
            continue
        before, copy = node.inputs[0], node.outputs[0]
        assert before is not None
        first = before.producer()
        original = first.inputs[0] if first is not None and first.op_type == "Cast" else before
        if original is None or original.dtype != onnx_ir.DataType.FLOAT:
            continue
        name, shape, is_output = copy.name, copy.shape, copy.is_graph_output()
        copy.replace_all_uses_with(original, replace_graph_outputs=True)
        graph.remove(node, safe=True)
        if is_output:
            original.name, original.shape = name, shape
