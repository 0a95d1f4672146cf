"""The session that a GPU uses, run on the processor: binding, buffers, and what its profile says."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from vitscale.backends.onnxruntime.backend import OnnxRuntimeBackend
from vitscale.backends.onnxruntime.session import BoundSession, OnnxSession, _use_of
from vitscale.backends.parsing import parse
from vitscale.errors import GpuError
from vitscale.images.image_set import find_images
from vitscale.models.folder import ModelFolder


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> ModelFolder:
    return ModelFolder.open(tiny_model)


def test_bound_memory_gives_the_logits_of_a_plain_run(model: ModelFolder) -> None:
    plain, bound = OnnxSession(model), BoundSession(model, "CPUExecutionProvider", "cpu")
    random = np.random.default_rng(0)
    for size in (3, 3, 2, 3):  # a buffer is used again, another shape gets its own
        tensors = random.standard_normal((size, 3, 224, 224), dtype=np.float32)
        expected = plain.forward(plain.place(tensors))
        assert np.array_equal(bound.forward(bound.place(tensors)), expected)


def test_the_profile_counts_every_node_that_ran(model: ModelFolder) -> None:
    use = BoundSession(model, "CPUExecutionProvider", "cpu").device_use()
    assert use is not None
    assert use["providers"].keys() == {"CPUExecutionProvider"}
    assert use["providers"]["CPUExecutionProvider"] > 20
    assert use["cpu_operators"] == []


@pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="this onnxruntime has CUDA"
)
def test_a_session_that_falls_back_is_refused(model: ModelFolder) -> None:
    with pytest.raises(GpuError, match="did not load CUDAExecutionProvider, only CPUExecutionProvider"):
        BoundSession(model)


def test_more_threads_prepare_the_same_tensors_in_the_same_order(model: ModelFolder, photos: Path) -> None:
    images = find_images(photos)
    one, three = (
        OnnxRuntimeBackend(parse(f"onnxruntime:num_workers={number}"), model, 5).outputs(images)
        for number in (1, 3)
    )
    assert len(one.files) == 12
    assert np.array_equal(one.logits, three.logits)


def node(provider: str, operator: str, output_size: int) -> dict[str, object]:
    args = {"provider": provider, "op_name": operator, "output_size": str(output_size)}
    return {"cat": "Node", "args": args}


def test_shapes_may_stay_on_the_processor_and_nothing_else() -> None:
    cuda, cpu = "CUDAExecutionProvider", "CPUExecutionProvider"
    events = [node(cuda, "MatMul", 1 << 20), node(cpu, "Gather", 8), {"cat": "Session", "args": {}}]
    use = _use_of(events, cuda)
    assert (use["providers"], use["cpu_operators"]) == ({cuda: 1, cpu: 1}, ["Gather"])
    with pytest.raises(GpuError, match="did not run Gelu of the model"):
        _use_of([*events, node(cpu, "Gelu", 1 << 20)], cuda)
