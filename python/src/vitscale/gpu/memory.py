"""Recognises out-of-memory errors of a GPU by their message, which differs between libraries."""

from __future__ import annotations

_SAID = (
    "cuda out of memory",  # torch.cuda.OutOfMemoryError
    "cuda failure 2: out of memory",  # ONNX Runtime, cudaErrorMemoryAllocation
    "cudaerrormemoryallocation",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
    "failed to allocate memory for requested buffer",  # ONNX Runtime's arena
    "smaller than requested bytes",  # the same, at its limit
    "does not fit into memory",  # vitscale on the JVM
)


def ran_out(message: str) -> bool:
    """Tell whether an error message means that a GPU ran out of memory."""
    words = message.lower()
    return any(one in words for one in _SAID)
