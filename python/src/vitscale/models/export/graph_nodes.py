"""The two ends of a ViT's graph, which are not worth a cheaper type."""

from __future__ import annotations

import onnx

PRODUCTS = ["MatMul"]


def patch_embedding(graph: onnx.GraphProto) -> list[str]:
    """Name the node that embeds the patches: a convolution, or over bytes the first product."""
    convolutions = [node.name for node in graph.node if node.op_type == "Conv"]
    return convolutions or [next(node.name for node in graph.node if node.op_type in PRODUCTS)]


def classifier(graph: onnx.GraphProto) -> list[str]:
    """Name the node that gives the logits."""
    logits = {output.name for output in graph.output}
    return [node.name for node in graph.node if logits & set(node.output)]
