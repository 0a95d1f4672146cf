"""The same ONNX model in OpenVINO, called from Python without Spark."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from vitscale.backends.shared.python_pipeline import PythonPipeline
from vitscale.backends.spec import BackendSpec
from vitscale.models.folder import ModelFolder

_INFERENCE_PRECISION = {"float32": "f32", "bfloat16": "bf16"}


class OpenVinoBackend(PythonPipeline):
    """A model that OpenVINO compiles for the CPU.

    Parameters
    ----------
    spec : BackendSpec
        Options ``dtype``, ``hint``, ``threads`` and ``precision``.
    model : ModelFolder
        The model; its ONNX file is compiled.
    batch_size : int
        Images in one forward pass.

    Notes
    -----
    ``dtype`` is always set, because OpenVINO uses bfloat16 by default if the CPU supports it.
    """

    def __init__(self, spec: BackendSpec, model: ModelFolder, batch_size: int) -> None:
        super().__init__(model, batch_size)
        settings: dict[str, Any] = {
            "PERFORMANCE_HINT": spec["hint"].upper(),
            "INFERENCE_PRECISION_HINT": _INFERENCE_PRECISION[spec["dtype"]],
        }
        if spec["threads"]:
            settings["INFERENCE_NUM_THREADS"] = spec["threads"]
        self._compiled = ov.Core().compile_model(model.onnx_path, "CPU", settings)

        self._requests = ov.AsyncInferQueue(self._compiled)  # as many as OpenVINO finds best for the hint

    def _forward(self, placed: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = np.array_split(placed, min(len(placed), len(self._requests)))
        results: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(parts)

        def keep(request: Any, place: int) -> None:
            results[place] = request.get_tensor("logits").data.copy()

        self._requests.set_callback(keep)
        for place, part in enumerate(parts):
            self._requests.start_async({"pixel_values": np.ascontiguousarray(part)}, place)
        self._requests.wait_all()
        return np.concatenate(results)
