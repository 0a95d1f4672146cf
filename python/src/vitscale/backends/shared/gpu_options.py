"""Options that contradict each other on a GPU, for all backends that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitscale.errors import UsageError

if TYPE_CHECKING:
    from vitscale.backends.spec import BackendSpec


def refuse_threads_on_gpu(spec: BackendSpec) -> None:
    """Raise an error if ``threads`` is given for a forward pass on a GPU.

    Raises
    ------
    UsageError
        If both are given.
    """
    if spec.device == "gpu" and "threads" in spec.options:
        raise UsageError(f"{spec}: threads has no effect on a GPU. Remove it.")


def refuse_gpus_without_gpu(spec: BackendSpec) -> None:
    """Raise an error if ``gpus`` is given for a model on the CPU, or is 0.

    Raises
    ------
    UsageError
        If `gpus` is given without a GPU, or is 0.
    """
    if "gpus" in spec.options and not (spec.device == "gpu" and spec["gpus"]):
        raise UsageError(f"{spec}: gpus needs device=gpu and a number of at least 1.")


def refuse_onednn_on_gpu(spec: BackendSpec) -> None:
    """Refuse oneDNN for a forward pass that runs on a GPU.

    Raises
    ------
    UsageError
        If both are given.
    """
    if spec.device == "gpu" and spec.options.get("runtime") == "onednn":
        raise UsageError(f"{spec}: oneDNN computes on the processor. Leave runtime out.")
