"""Image classification with Vision Transformers on the JVM and in Spark, compared with Hugging Face.

All names except the errors are imported at their first use, so that ``import vitscale`` starts no JVM and
loads no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vitscale._version import __version__
from vitscale.errors import (
    BatcherClosedError,
    ClusterError,
    DeviceError,
    GpuError,
    ImageError,
    JavaError,
    ModelError,
    OutputError,
    ParityError,
    QueueFullError,
    RegressionError,
    ResultsError,
    SetupError,
    UnstableError,
    UsageError,
    VitscaleError,
)

if TYPE_CHECKING:
    from vitscale.backends.spark_nlp.classifier import SparkNLPViT
    from vitscale.evaluation.labelled_images import evaluate
    from vitscale.inference.dynamic_batcher import DynamicBatcher
    from vitscale.inference.pixels import pixel_values, preprocess
    from vitscale.inference.vit import ViT
    from vitscale.jvm.session import start

_LAZY = {
    "DynamicBatcher": "vitscale.inference.dynamic_batcher",
    "SparkNLPViT": "vitscale.backends.spark_nlp.classifier",
    "ViT": "vitscale.inference.vit",
    "evaluate": "vitscale.evaluation.labelled_images",
    "pixel_values": "vitscale.inference.pixels",
    "preprocess": "vitscale.inference.pixels",
    "start": "vitscale.jvm.session",
}

__all__ = [
    "BatcherClosedError",
    "ClusterError",
    "DeviceError",
    "DynamicBatcher",
    "GpuError",
    "ImageError",
    "JavaError",
    "ModelError",
    "OutputError",
    "ParityError",
    "QueueFullError",
    "RegressionError",
    "ResultsError",
    "SetupError",
    "SparkNLPViT",
    "UnstableError",
    "UsageError",
    "ViT",
    "VitscaleError",
    "__version__",
    "evaluate",
    "pixel_values",
    "preprocess",
    "start",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'vitscale' has no attribute {name!r}")
    from vitscale.system.extras import naming_extras

    with naming_extras():
        return getattr(import_module(_LAZY[name]), name)
