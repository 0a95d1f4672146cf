"""What backends on a GPU need, checked before any long work: the driver, the device, and each library."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.backends.registry import BACKENDS
from vitscale.backends.spec import BackendSpec
from vitscale.errors import GpuError
from vitscale.gpu.nvml import Nvml


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
    for check in dict.fromkeys(one.check_gpu for name, one in BACKENDS.items() if name in names):
        if check is not None:
            check(cuda)
