"""Integer products are exact on every processor, those without VNNI among them."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from vitscale.models.onnx_options import must_ask_for_exact_sums, processor_options

ROWS, INNER, COLUMNS = 4, 64, 16


def product(weights: np.ndarray) -> bytes:
    """Return a graph that multiplies unsigned bytes with a constant matrix of signed ones.

    Its zero points are named, as the quantiser does: ONNX Runtime 1.28 aborts on a product without them.
    """
    zero_points = {"a_zero": np.array(0, np.uint8), "weights_zero": np.zeros(COLUMNS, np.int8)}
    constants = {"weights": weights, **zero_points}
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "weights", *zero_points], ["y"])],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, [ROWS, INNER])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [ROWS, COLUMNS])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def test_two_products_of_the_largest_bytes_are_not_cut_off_at_sixteen_bits() -> None:
    weights = np.full((INNER, COLUMNS), 127, np.int8)
    weights[:, ::2] = -128
    activations = np.full((ROWS, INNER), 255, np.uint8)
    session = onnxruntime.InferenceSession(
        product(weights), processor_options(threads=1), providers=["CPUExecutionProvider"]
    )
    found = session.run(None, {"a": activations})[0]
    assert np.array_equal(found, activations.astype(np.int32) @ weights.astype(np.int32))


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ({"avx2"}, True),
        ({"avx2", "avx512f"}, True),
        ({"avx2", "avx_vnni"}, False),
        ({"avx512f", "avx512_vnni"}, False),
    ],
)
def test_the_slower_instruction_is_asked_for_only_where_there_is_no_vnni(
    features: set[str], expected: bool
) -> None:
    assert must_ask_for_exact_sums(features) is expected
