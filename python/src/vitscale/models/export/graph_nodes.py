"""Finds the first and the last layer of a ViT's graph, which stay in float32."""

from __future__ import annotations

import onnx

PRODUCTS = ["MatMul"]


def patch_embedding(graph: onnx.GraphProto) -> list[str]:
    """Return the name of the patch embedding's node: a convolution, or for bytes the first product."""
    convolutions = [node.name for node in graph.node if node.op_type == "Conv"]
    return convolutions or [next(node.name for node in graph.node if node.op_type in PRODUCTS)]


def classifier(graph: onnx.GraphProto) -> list[str]:
    """Return the name of the node with the logits."""
    logits = {output.name for output in graph.output}
    return [node.name for node in graph.node if logits & set(node.output)]
