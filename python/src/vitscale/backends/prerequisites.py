"""Checks the prerequisites of backends on a GPU before any long work: driver, device and libraries."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.backends.registry import BACKENDS
from vitscale.backends.spec import BackendSpec
from vitscale.errors import GpuError
from vitscale.gpu.nvml import Nvml


def refuse_without_gpu(backends: Sequence[BackendSpec]) -> None:
    """Raise an error if a prerequisite of a backend on a GPU is missing.

    Raises
    ------
    GpuError
        If the driver, a device or a backend's library is missing; the message has the next step.
    """
    on_gpu = [one for one in backends if one.device == "gpu"]
    if not on_gpu:
        return
    with Nvml() as nvml:
        for one in on_gpu:
            if one.gpus > len(nvml.devices):
                raise GpuError(f"{one}: this machine has {len(nvml.devices)} GPUs. Choose fewer.")
        cuda = nvml.cuda_version
    names = {one.name for one in on_gpu}
    for check in dict.fromkeys(one.check_gpu for name, one in BACKENDS.items() if name in names):
        if check is not None:
            check(cuda)
