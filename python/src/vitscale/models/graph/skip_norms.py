"""Joins a sum and the layer norm after it, where the sum is used again.

ONNX Runtime's own optimiser joins them only where nothing else reads the sum; see `add_and_norm` for what the
fused operator saves.
"""

from __future__ import annotations

import onnx_ir as ir

_ALL_OUTPUTS = 4
_RANKS = (2, 3)
"""Ranks that SkipLayerNormalization takes."""


def join_sums_and_norms(graph: ir.Graph) -> None:
    """Replace each pair of Add and LayerNormalization by SkipLayerNormalization.

    Parameters
    ----------
    graph : Graph
        Changed in place.
    """
    for norm in list(graph):
        total = norm.inputs[0] if norm.op_type == "LayerNormalization" else None
        add = None if total is None else total.producer()
        if total is None or add is None or not _can_join(norm, add):
            continue
        joined = ir.node(
            "SkipLayerNormalization",
            [*add.inputs, *norm.inputs[1:]],
            {"epsilon": norm.attributes.get_float("epsilon", 1e-5)},
            domain="com.microsoft",
            num_outputs=_ALL_OUTPUTS,
            name=norm.name,
        )
        normed, mean, deviation, summed = joined.outputs
        mean.name = deviation.name = ""  # unused
        for new, old in ((normed, norm.outputs[0]), (summed, total)):
            new.name, new.type, new.shape = old.name, old.type, old.shape
            old.replace_all_uses_with(new)
        graph.insert_before(add, joined)
        graph.remove([norm, add], safe=True)
    graph.sort()


def _can_join(norm: ir.Node, add: ir.Node) -> bool:
    """Tell whether a sum is of two tensors of one shape, and the norm is over the last axis."""
    if add.op_type != "Add" or norm.attributes.get_int("axis", -1) != -1:
        return False
    left, right = add.inputs
    if left is None or right is None or left.shape is None or left.shape != right.shape:
        return False
    values = (*add.outputs, *norm.outputs)
    return len(left.shape) in _RANKS and not any(value.is_graph_output() for value in values)
