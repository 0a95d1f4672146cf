"""The same ONNX model in ONNX Runtime, called from Python without Spark."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from vitscale.backends.ceiling import CeilingBackend
from vitscale.backends.spec import BackendSpec
from vitscale.models.folder import ModelFolder


class OnnxRuntimeBackend(CeilingBackend):
    """An ONNX Runtime session.

    Parameters
    ----------
    spec : BackendSpec
        Options ``threads`` and ``precision``.
    model : ModelFolder
        The model; its ONNX file is loaded.
    batch_size : int
        Images of one forward pass.
    """

    def __init__(self, spec: BackendSpec, model: ModelFolder, batch_size: int) -> None:
        super().__init__(model, batch_size)
        options = ort.SessionOptions()
        if spec["threads"]:
            options.intra_op_num_threads = spec["threads"]
        self._session = ort.InferenceSession(model.onnx_path, options, providers=["CPUExecutionProvider"])

    def _forward(self, tensors: NDArray[np.float32]) -> NDArray[np.float32]:
        result: NDArray[np.float32] = self._session.run(["logits"], {"pixel_values": tensors})[0]
        return result
