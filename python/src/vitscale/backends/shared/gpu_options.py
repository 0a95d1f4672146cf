"""Options that contradict each other on a GPU, for all backends that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitscale.errors import UsageError

if TYPE_CHECKING:
    from vitscale.backends.spec import BackendSpec


def refuse_threads_on_gpu(spec: BackendSpec) -> None:
    """Refuse a number of threads for a forward pass that runs on a GPU.

    Raises
    ------
    UsageError
        If both are given.
    """
    if spec.device == "gpu" and "threads" in spec.options:
        raise UsageError(f"{spec}: a forward pass on a GPU takes no cores. Leave threads out.")


def refuse_gpus_without_gpu(spec: BackendSpec) -> None:
    """Refuse a number of GPUs where the model runs on the processor, and a number of 0.

    Raises
    ------
    UsageError
        If the number of GPUs has no meaning.
    """
    if "gpus" in spec.options and not (spec.device == "gpu" and spec["gpus"]):
        raise UsageError(f"{spec}: gpus counts GPUs, at least 1, with device=gpu.")


def refuse_onednn_on_gpu(spec: BackendSpec) -> None:
    """Refuse oneDNN for a forward pass that runs on a GPU.

    Raises
    ------
    UsageError
        If both are given.
    """
    if spec.device == "gpu" and spec.options.get("runtime") == "onednn":
        raise UsageError(f"{spec}: oneDNN computes on the processor. Leave runtime out.")
