"""What a GPU run needs besides the GPU, checked before any long work: driver, libraries, jar."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from vitscale.backends.spec import BackendSpec, needs_java
from vitscale.errors import GpuError
from vitscale.gpu.nvml import Nvml
from vitscale.jvm.jar import has_cuda

_NATIVE_PATH = "-Donnxruntime.native.path="
_JAVA_OPTIONS = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")


def refuse_without_gpu(backends: Sequence[BackendSpec]) -> None:
    """Refuse backends that ask for a GPU where something that they need is missing.

    Raises
    ------
    GpuError
        Naming what is missing, first the driver and the device, then each backend's library, and the next
        step.
    """
    on_gpu = [one for one in backends if one.device == "gpu"]
    if not on_gpu:
        return
    with Nvml() as nvml:
        for one in on_gpu:
            if one.gpus > len(nvml.devices):
                raise GpuError(f"{one}: this machine has {len(nvml.devices)} GPUs. Ask for fewer.")
        cuda = nvml.cuda_version
    names = {one.name for one in on_gpu}
    if "huggingface" in names:
        _check_torch(cuda)
    if "onnxruntime" in names:
        check_onnxruntime()
    if any(map(needs_java, on_gpu)):
        check_jar()


def _check_torch(driver_cuda: tuple[int, int] | None) -> None:
    import torch

    if torch.version.cuda is None:
        raise GpuError(
            f"huggingface:device=gpu: PyTorch {torch.__version__} was built without CUDA. Install its CUDA "
            "build, which is PyPI's own for Linux: pip install --force-reinstall torch"
        )
    if not torch.cuda.is_available():
        newest = "" if driver_cuda is None else f" and the driver runs CUDA {_dotted(driver_cuda)} at most"
        raise GpuError(
            f"huggingface:device=gpu: PyTorch finds no CUDA device. It was built for CUDA "
            f"{torch.version.cuda}{newest}. Update the driver, or look whether CUDA_VISIBLE_DEVICES hides it."
        )


def check_onnxruntime(available: Iterable[str] | None = None) -> None:
    """Refuse an onnxruntime for Python that was built without CUDA.

    Parameters
    ----------
    available : iterable of str, optional
        Its providers; asked of it by default.

    Raises
    ------
    GpuError
        With the package to install.
    """
    import onnxruntime

    providers = list(onnxruntime.get_available_providers() if available is None else available)
    if "CUDAExecutionProvider" not in providers:
        raise GpuError(
            "onnxruntime:device=gpu: this onnxruntime has no CUDAExecutionProvider, only "
            f"{', '.join(providers)}. Put its CUDA build in its place: pip uninstall onnxruntime; "
            f"pip install onnxruntime-gpu=={onnxruntime.__version__}"
        )


def check_jar() -> None:
    """Refuse a jar without ONNX Runtime's CUDA libraries, unless the user names a folder that holds some.

    Raises
    ------
    GpuError
        With the command that builds such a jar.
    """
    is_elsewhere = any(_NATIVE_PATH in os.environ.get(name, "") for name in _JAVA_OPTIONS)
    if not is_elsewhere and not has_cuda():
        raise GpuError(
            "The jar was built for processors: it holds no CUDA provider of ONNX Runtime. Build it for GPUs "
            "in a checkout of the project: ./sbtw -Dgpu=true pythonJars. Or set "
            f"JAVA_TOOL_OPTIONS={_NATIVE_PATH}DIR, a folder with onnxruntime_gpu's libraries."
        )


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
