"""The same ONNX model in ONNX Runtime, called from Python without Spark."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitscale.backends.onnxruntime.session import BoundSession, OnnxSession
from vitscale.backends.shared.python_pipeline import PythonPipeline
from vitscale.backends.spec import BackendSpec
from vitscale.models.folder import ModelFolder
from vitscale.results.gpu_schema import DeviceUse


class OnnxRuntimeBackend(PythonPipeline):
    """An ONNX Runtime session.

    Parameters
    ----------
    spec : BackendSpec
        Options ``device``, ``num_workers``, ``threads`` and ``precision``.
    model : ModelFolder
        The model; its ONNX file is loaded.
    batch_size : int
        Images in one forward pass.
    """

    def __init__(self, spec: BackendSpec, model: ModelFolder, batch_size: int) -> None:
        super().__init__(model, batch_size, spec["num_workers"])
        self._session = BoundSession(model) if spec.device == "gpu" else OnnxSession(model, spec["threads"])

    def _place(self, tensors: NDArray[np.float32]) -> Any:
        return self._session.place(tensors)

    def _forward(self, placed: Any) -> NDArray[np.float32]:
        return self._session.forward(placed)

    def device_use(self) -> DeviceUse | None:
        """Return the number of nodes by provider, if a GPU was requested."""
        return self._session.device_use()
