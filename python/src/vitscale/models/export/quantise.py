"""Eight-bit integers for the matrices of a model, with onnxruntime's own quantiser.

Only products with a constant matrix become integers: the projections of attention, its output, and the two of
each feed-forward block. The two products inside attention, LayerNorm, softmax and GELU stay in float32, and
so do the first layer and the classifier: they cost next to nothing. Convolutions become integers with fixed
scales only: onnxruntime has no fast kernel that measures the scales of a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.onnx_model import ONNXModel

from vitscale.errors import ModelError
from vitscale.models.export.graph_nodes import CONVOLUTIONS, PRODUCTS, classifier, first_layer
from vitscale.models.export.onnx_file import INPUT
from vitscale.models.quiet import quietly

# The quantiser cannot infer a type behind an operator of onnxruntime's own.
TYPE_OF_ALL = {"DefaultTensorType": onnx.TensorProto.FLOAT}


def quantise_dynamically(source: Path, target: Path) -> None:
    """Make the weights signed bytes with a scale for each column; activations get theirs from each batch.

    Raises
    ------
    ModelError
        If there is no product, because all layers are convolutions.
    """
    model, kept = _prepared(source)
    if not _left(model, PRODUCTS, kept):
        raise ModelError(
            "int8 makes matrix products integers, and this model has none besides its classifier. Choose "
            "int8-static, which makes convolutions integers too."
        )
    with quietly():
        quantize_dynamic(
            model,
            target,
            op_types_to_quantize=PRODUCTS,
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=kept,
            extra_options=TYPE_OF_ALL,
        )


def quantise_statically(source: Path, target: Path, batches: Iterable[NDArray[np.generic]]) -> None:
    """Do the same with the scales of activations fixed: the range seen over calibration images.

    The outputs of the matrix products stay in float32; to quantise them as well saves nothing on a processor.
    Those of convolutions become integers, since the integer kernel has no other output.

    Parameters
    ----------
    source, target : Path
        Float and quantised ONNX file.
    batches : iterable of arrays
        Calibration images as the graph takes them.
    """
    model, kept = _prepared(source)
    operators = [kinds for kinds in (*PRODUCTS, *CONVOLUTIONS) if _left(model, [kinds], kept)]
    with quietly():
        quantize_static(
            model,
            target,
            _Reader(batches),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=operators,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=kept,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"OpTypesToExcludeOutputQuantization": PRODUCTS, **TYPE_OF_ALL},
        )


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    """Hands calibration batches to onnxruntime."""

    def __init__(self, batches: Iterable[NDArray[np.generic]]) -> None:
        self._batches: Iterator[NDArray[np.generic]] = iter(batches)

    def get_next(self) -> dict[str, NDArray[np.generic]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def _prepared(path: Path) -> tuple[onnx.ModelProto, list[str]]:
    """Load a graph for the quantiser, and name the products that must not become integers.

    Each product stands apart from its bias, since the static quantiser changes no other. Notes of shapes are
    dropped, which the quantiser trips over where it changes one.
    """
    model = onnx.load(path)
    graph = model.graph
    del graph.value_info[:]
    ONNXModel(model).replace_gemm_with_matmul()
    constants = {tensor.name for tensor in graph.initializer}
    products = [node for node in graph.node if node.op_type in PRODUCTS]
    attention = [node.name for node in products if not set(node.input) & constants]
    return model, [*attention, *first_layer(graph), *classifier(graph)]


def _left(model: onnx.ModelProto, kinds: list[str], kept: list[str]) -> list[str]:
    """Return the names of the nodes of some kinds that become integers."""
    return [node.name for node in model.graph.node if node.op_type in kinds and node.name not in kept]
