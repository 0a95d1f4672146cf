"""Finds, checks and loads a checkpoint.

:func:`load_checkpoint` is loaded when it is first used, since it needs torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vitscale.models.checkpoint.load import load_checkpoint

__all__ = ["load_checkpoint"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from vitscale.models.checkpoint.load import load_checkpoint

    return load_checkpoint
