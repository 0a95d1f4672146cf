"""Finds the first and the last layer of a graph, which stay in float32."""

from __future__ import annotations

import onnx

PRODUCTS = ["MatMul"]
CONVOLUTIONS = ["Conv"]
_LAYERS = {*PRODUCTS, *CONVOLUTIONS, "Gemm", "MultiHeadAttention"}


def first_layer(graph: onnx.GraphProto) -> list[str]:
    """Return the name of the node that reads the pixels: a convolution, or for bytes of a ViT a product."""
    for kinds in (CONVOLUTIONS, PRODUCTS):
        for node in graph.node:
            if node.op_type in kinds:
                return [node.name]
    return []


def classifier(graph: onnx.GraphProto) -> list[str]:
    """Return the names of the nodes from the last product to the logits; LeViT has two such products."""
    makers = {output: node for node in graph.node for output in node.output}
    waiting = [output.name for output in graph.output]
    found: dict[str, None] = {}
    while waiting:
        node = makers.get(waiting.pop())
        if node is None or node.name in found:
            continue
        found[node.name] = None
        if node.op_type not in _LAYERS:
            waiting.extend(node.input)
    return list(found)
