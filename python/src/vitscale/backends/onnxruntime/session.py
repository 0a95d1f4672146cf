"""An ONNX Runtime session on a CPU or a GPU, and the evidence of the device that ran the graph."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from vitscale.errors import GpuError
from vitscale.models.folder import ModelFolder
from vitscale.models.onnx_options import processor_options
from vitscale.results.gpu_schema import DeviceUse

INPUT, OUTPUT = "pixel_values", "logits"
_CPU, _CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_CUDA_OPTIONS = {
    "use_tf32": "0",  # fp32 means fp32, as torch's matrix products do by default
    "cudnn_conv_algo_search": "HEURISTIC",  # an exhaustive search takes longer than it saves
    "arena_extend_strategy": "kSameAsRequested",
    "enable_skip_layer_norm_strict_mode": "1",  # layer norms of a float16 graph accumulate in float32
}
"""The same options as in Scala."""
_LARGEST_SHAPE_BYTES = 4096
"""Largest output of a node on the CPU, where ONNX Runtime computes shapes; a ViT-base token has 3,072."""


class OnnxSession:
    """The model on the CPU.

    Parameters
    ----------
    model : ModelFolder
        Its ONNX file is loaded.
    threads : int or None
        Threads of a forward pass; None for ONNX Runtime's choice.
    """

    def __init__(self, model: ModelFolder, threads: int | None = None) -> None:
        self._session = ort.InferenceSession(model.onnx_path, processor_options(threads), providers=[_CPU])

    def place(self, tensors: NDArray[np.float32]) -> Any:
        """Return the tensors unchanged."""
        return tensors

    def forward(self, placed: Any) -> NDArray[np.float32]:
        """Return logits [batch, classes] of the result of :meth:`place`."""
        logits: NDArray[np.float32] = self._session.run([OUTPUT], {INPUT: placed})[0]
        return logits

    def device_use(self) -> DeviceUse | None:
        """Return None: no GPU was requested."""
        return None


class BoundSession:
    """The model on a device, its input and output bound to the device's memory.

    Parameters
    ----------
    model : ModelFolder
        Its ONNX file is loaded.
    provider, device : str
        Provider of ONNX Runtime, and its name of the device's memory.

    Raises
    ------
    GpuError
        If the session does not use the provider.
    """

    def __init__(self, model: ModelFolder, provider: str = _CUDA, device: str = "cuda") -> None:
        if provider == _CUDA:
            ort.preload_dlls()  # the libraries of CUDA and cuDNN from the packages that torch depends on
        self._device = device
        self._buffers: dict[tuple[int, ...], Any] = {}
        self._session, self._use = _opened(model, provider)

    def place(self, tensors: NDArray[np.float32]) -> Any:
        """Copy tensors [batch, 3, height, width] into a buffer on the device, one for each shape."""
        if tensors.shape not in self._buffers:
            self._buffers[tensors.shape] = ort.OrtValue.ortvalue_from_shape_and_type(
                list(tensors.shape), tensors.dtype, self._device, 0
            )
        buffer = self._buffers[tensors.shape]
        buffer.update_inplace(np.ascontiguousarray(tensors))
        return buffer

    def forward(self, placed: Any) -> NDArray[np.float32]:
        """Return logits [batch, classes] of the result of :meth:`place`, when the device has finished."""
        binding = self._session.io_binding()
        binding.bind_ortvalue_input(INPUT, placed)
        binding.bind_output(OUTPUT, self._device, 0)
        self._session.run_with_iobinding(binding)
        logits: NDArray[np.float32] = binding.copy_outputs_to_cpu()[0]
        return logits

    def device_use(self) -> DeviceUse | None:
        """Return the number of nodes by provider."""
        return self._use


def _opened(model: ModelFolder, provider: str) -> tuple[ort.InferenceSession, DeviceUse]:
    """Open a session, run one image, and read the device of each node from its profile."""
    settings = _CUDA_OPTIONS if provider == _CUDA else {}
    with tempfile.TemporaryDirectory(prefix="vitscale-profile-") as folder:
        options = ort.SessionOptions()
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = ort.InferenceSession(model.onnx_path, options, providers=[(provider, settings)])
        if session.get_providers()[0] != provider:
            raise GpuError(
                f"ONNX Runtime did not load {provider}, only {', '.join(session.get_providers())}; its log "
                "has the reason, mostly a CUDA or cuDNN library of another version than it was built for."
            )
        one = np.zeros((1, 3, model.image_height, model.image_width), np.float32)
        session.run([OUTPUT], {INPUT: one})
        events = json.loads(Path(session.end_profiling()).read_text())
    return session, _use_of(events, provider)


def _use_of(events: list[dict[str, Any]], provider: str) -> DeviceUse:
    """Return the provider of each node of the graph from a profile."""
    nodes = [event["args"] for event in events if event.get("cat") == "Node" and "provider" in event["args"]]
    elsewhere = [node for node in nodes if node["provider"] not in {provider, ""}]
    heavy = {node["op_name"] for node in elsewhere if int(node["output_size"]) > _LARGEST_SHAPE_BYTES}
    if heavy:
        raise GpuError(
            f"{provider} did not run {', '.join(sorted(heavy))} of the model, so this is no run on a GPU. "
            "Export the model again, or use another precision."
        )
    return {
        "asked": "gpu",
        "ids": [0],
        "providers": dict(Counter(node["provider"] for node in nodes)),
        "cpu_operators": sorted({node["op_name"] for node in elsewhere}),
        "source": "session",
    }
