"""Image classification with Vision Transformers on the JVM and in Spark, beside Hugging Face.

The names below are loaded when they are first used, so that ``import vitscale`` starts no JVM and loads no
torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vitscale._version import __version__

if TYPE_CHECKING:
    from vitscale.pixels import preprocess
    from vitscale.session import start
    from vitscale.spark_nlp import SparkNLPViT
    from vitscale.vit import ViT

_LAZY = {
    "SparkNLPViT": "vitscale.spark_nlp",
    "ViT": "vitscale.vit",
    "preprocess": "vitscale.pixels",
    "start": "vitscale.session",
}

__all__ = ["SparkNLPViT", "ViT", "__version__", "preprocess", "start"]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'vitscale' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
