"""Gives a graph a second output: the features, which are the input of its classification head.

For a ViT they are ``last_hidden_state[:, 0]`` of Transformers' ``ViTModel``. ONNX Runtime computes only the
outputs that it is asked for, so the logits alone take no more time than before.
"""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper

from vitscale.models.export.onnx_file import OUTPUT

FEATURES = "features"


def add_features(path: Path) -> int | None:
    """Add the output ``features``, float32 [batch, width], to a finished graph.

    Parameters
    ----------
    path : Path
        ONNX file with the output ``logits``; it is replaced. Weights in a second file stay there.

    Returns
    -------
    int or None
        Width of the features; None if the logits are not those of one linear layer over float32. The graph
        then stays as it is.
    """
    model = onnx.load(path, load_external_data=False)
    found = _input_of_head(model.graph)
    if found is None:
        return None
    name, width = found
    logits = next(output for output in model.graph.output if output.name == OUTPUT)
    batch = logits.type.tensor_type.shape.dim[0]
    shape = [batch.dim_param or batch.dim_value, width]
    _rename(model.graph, name)
    model.graph.output.append(helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, shape))
    onnx.save(model, path)
    return width


def _input_of_head(graph: onnx.GraphProto) -> tuple[str, int] | None:
    """Return name and width of the input of the linear layer that gives the logits; None without one."""
    producers = {name: node for node in graph.node for name in node.output}
    node = producers.get(OUTPUT)
    if node is not None and node.op_type == "Add":  # a bias behind its product
        node = next((producers[name] for name in node.input if name in producers), None)
    if node is None or node.op_type not in ("Gemm", "MatMul"):
        return None
    weight = next((tensor for tensor in graph.initializer if tensor.name == node.input[1]), None)
    if weight is None or weight.data_type != TensorProto.FLOAT:
        return None
    is_transposed = any(attribute.name == "transB" and attribute.i for attribute in node.attribute)
    return node.input[0], weight.dims[1 if is_transposed else 0]


def _rename(graph: onnx.GraphProto, name: str) -> None:
    """Give a value the name of the output, wherever it stands."""
    for node in graph.node:
        for names in (node.input, node.output):
            for place, found in enumerate(names):
                if found == name:
                    names[place] = FEATURES
    kept = [value for value in graph.value_info if value.name != name]
    del graph.value_info[:]
    graph.value_info.extend(kept)
