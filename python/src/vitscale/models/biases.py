"""Biases that the operator behind a product adds, while it reads the product's result anyway.

ONNX Runtime 1.28 fills the result of a product (Gemm) with its bias first and lets the product add to that,
on CUDA (``gemm.cc``) as on a processor: the result is written once more and read once more. Of ViT-base that
takes a fortieth on a processor in float32, and a quarter on a GPU in float16. Integer products add their bias
for nothing.
"""

from __future__ import annotations

import numpy as np
import onnx_ir as ir

_TAKERS = {"Gelu": 0, "SkipLayerNormalization": 1}
"""Operators that can add a bias as well, and which of their inputs it belongs to."""


def let_next_add_biases(graph: ir.Graph) -> None:
    """Give the bias of each product to the operator behind it, where that can add it.

    Parameters
    ----------
    graph : Graph
        Changed in place.
    """
    for node in list(graph):
        place = _TAKERS.get(node.op_type)
        result = None if place is None or _is_approximate(node) else node.inputs[place]
        product = None if result is None else result.producer()
        if result is None or product is None or product.op_type != "Gemm" or len(result.uses()) > 1:
            continue
        taken, weight, bias = product.inputs
        plain = ir.node("MatMul", [taken, _upright(product, weight)], name=product.name)
        plain.outputs[0].name, plain.outputs[0].type = result.name, result.type
        plain.outputs[0].shape = result.shape
        graph.insert_before(product, plain)
        result.replace_all_uses_with(plain.outputs[0])
        graph.remove(product, safe=True)
        _add(node, bias, graph)


def _is_approximate(node: ir.Node) -> bool:
    """Tell a Gelu by tanh, which has no operator that adds a bias."""
    return node.attributes.get_string("approximate", "none") != "none"


def _upright(product: ir.Node, weight: ir.Value | None) -> ir.Value:
    """Return a product's weight as [in, out], turned for good where Gemm was to turn it."""
    assert weight is not None and weight.const_value is not None and len(weight.uses()) == 1
    if product.attributes.get_int("transB", 0):
        turned = np.ascontiguousarray(weight.const_value.numpy().T)
        weight.const_value = ir.tensor(turned, name=weight.name)
        weight.shape = ir.Shape(turned.shape)
    return weight


def _add(node: ir.Node, bias: ir.Value | None, graph: ir.Graph) -> None:
    """Let a node add a bias: its last input, which SkipLayerNormalization has and Gelu has not."""
    if node.op_type == "SkipLayerNormalization":
        node.resize_inputs(5)
        node.replace_input_with(4, bias)
        return
    joined = ir.node("BiasGelu", [node.inputs[0], bias], domain="com.microsoft", name=node.name)
    output, new = node.outputs[0], joined.outputs[0]
    new.name, new.type, new.shape = output.name, output.type, output.shape
    graph.insert_before(node, joined)
    output.replace_all_uses_with(new)
    graph.remove(node, safe=True)
