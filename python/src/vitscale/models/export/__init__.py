"""Exports a checkpoint to a model folder: graphs, checks, and the files beside them.

:func:`export` is loaded when it is first used, since it needs torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vitscale.models.export.run import export

__all__ = ["export"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from vitscale.models.export.run import export

    return export
