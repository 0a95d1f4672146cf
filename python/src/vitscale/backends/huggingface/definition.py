"""The Hugging Face PyTorch pipeline in the registry of backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitscale.backends.definition import Definition
from vitscale.backends.options import DEVICE, Option
from vitscale.errors import GpuError

if TYPE_CHECKING:
    from vitscale.backends.base import Backend
    from vitscale.backends.spec import BackendSpec
    from vitscale.models.folder import ModelFolder
    from vitscale.results.schema import Scenario


def _load(spec: BackendSpec, model: ModelFolder, batch_size: int, _: Scenario) -> Backend:
    from vitscale.backends.huggingface.backend import HuggingFaceBackend

    return HuggingFaceBackend(spec, model, batch_size)


def _check_gpu(driver_cuda: tuple[int, int] | None) -> None:
    """Raise an error if PyTorch cannot use a GPU."""
    import torch

    if torch.version.cuda is None:
        raise GpuError(
            f"huggingface:device=gpu: PyTorch {torch.__version__} was built without CUDA. Install its CUDA "
            "build, which is PyPI's own for Linux: pip install --force-reinstall torch"
        )
    if not torch.cuda.is_available():
        driver = "" if driver_cuda is None else ".".join(map(str, driver_cuda))
        newest = f"; the driver supports CUDA {driver} at most" if driver else ""
        raise GpuError(
            f"huggingface:device=gpu: PyTorch finds no CUDA device. It was built for CUDA "
            f"{torch.version.cuda}{newest}. Update the driver, or check CUDA_VISIBLE_DEVICES."
        )


BACKEND = Definition(
    name="huggingface",
    rank=0,
    options={
        "dtype": Option("float32", str, "type of the weights", ("float32", "bfloat16", "float16")),
        "device": DEVICE,
        "num_workers": Option(0, int, "processes that load images while the model runs", changes="speed"),
        "torch_compile": Option(False, bool, "compile the model with torch.compile"),
        "threads": Option(None, int, "threads of PyTorch", changes="speed"),
    },
    load=_load,
    tuned=(
        "huggingface:num_workers=2",
        "huggingface:dtype=bfloat16",
        "huggingface:torch_compile=true",
        "huggingface:dtype=bfloat16,num_workers=2,torch_compile=true",
    ),
    gpu=(
        "huggingface:device=gpu",  # as the published benchmark: device=0, fp32
        "huggingface:device=gpu,num_workers=8",
        "huggingface:dtype=float16,device=gpu,num_workers=8",
        "huggingface:dtype=bfloat16,device=gpu,num_workers=8",
        "huggingface:dtype=float16,device=gpu,num_workers=8,torch_compile=true",
    ),
    check_gpu=_check_gpu,
)
