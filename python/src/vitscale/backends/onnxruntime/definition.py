"""ONNX Runtime without Spark in the registry of backends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vitscale.backends.definition import Definition
from vitscale.backends.options import DEVICE, PRECISION, THREADS, Option
from vitscale.backends.shared.gpu_options import refuse_threads_on_gpu
from vitscale.errors import GpuError

if TYPE_CHECKING:
    from vitscale.backends.base import Backend
    from vitscale.backends.spec import BackendSpec
    from vitscale.models.folder import ModelFolder
    from vitscale.results.schema import Scenario


def _load(spec: BackendSpec, model: ModelFolder, batch_size: int, _: Scenario) -> Backend:
    from vitscale.backends.onnxruntime.backend import OnnxRuntimeBackend

    return OnnxRuntimeBackend(spec, model, batch_size)


def _check_gpu(_: tuple[int, int] | None) -> None:
    import onnxruntime

    check_onnxruntime(onnxruntime.__version__, onnxruntime.get_available_providers())


def check_onnxruntime(version: str, providers: Iterable[str]) -> None:
    """Raise an error if onnxruntime for Python was built without CUDA.

    Parameters
    ----------
    version : str
        Version of onnxruntime.
    providers : iterable of str
        Execution providers of onnxruntime.

    Raises
    ------
    GpuError
        If it has no CUDA provider; the message names the package to install.
    """
    found = list(providers)
    if "CUDAExecutionProvider" not in found:
        raise GpuError(
            "onnxruntime:device=gpu: this onnxruntime has no CUDAExecutionProvider, only "
            f"{', '.join(found)}. Replace it by its CUDA build: pip uninstall onnxruntime; "
            f"pip install onnxruntime-gpu=={version}"
        )


BACKEND = Definition(
    name="onnxruntime",
    rank=3,
    options={
        "device": DEVICE,
        "num_workers": Option(1, int, "threads that prepare images while the model runs", changes="speed"),
        "threads": THREADS,
        "precision": PRECISION,
    },
    load=_load,
    gpu=("onnxruntime:device=gpu,num_workers=8,precision=fp16",),
    check_options=refuse_threads_on_gpu,
    check_gpu=_check_gpu,
)
