"""Checks shared memory, which PyTorch's workers need; containers often have 64 MiB or none."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from vitscale.errors import SetupError

_FOLDER = Path("/dev/shm")
_BATCHES_AHEAD = 2  # torch.utils.data.DataLoader's prefetch_factor
_BYTES_PER_IMAGE = 4 * 3 * 224 * 224
_MIB = 1 << 20


def refuse_without_shared_memory(workers: int, batch_size: int) -> None:
    """Raise an error if the batches of workers do not fit into shared memory.

    Parameters
    ----------
    workers : int
        Processes that decode; 0 needs no shared memory.
    batch_size : int
        Images in each batch, counted as float32 of shape [3, 224, 224].

    Raises
    ------
    SetupError
        If ``/dev/shm`` is missing, not writable or too small.
    """
    if workers == 0 or sys.platform != "linux":
        return
    needed = workers * _BATCHES_AHEAD * batch_size * _BYTES_PER_IMAGE
    if not _FOLDER.is_dir() or not os.access(_FOLDER, os.W_OK):
        problem = "is missing or not writable"
    elif shutil.disk_usage(_FOLDER).free < needed:
        problem = f"has {shutil.disk_usage(_FOLDER).free // _MIB} MiB free"
    else:
        return
    raise SetupError(
        f"{_FOLDER} {problem}; {workers} workers need {-(-needed // _MIB)} MiB of shared memory. Set "
        "num_workers=0, or give the container more: docker run --shm-size=2g."
    )
