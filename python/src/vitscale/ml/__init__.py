"""Spark stages: the Python faces of the Scala classes with the same names in ``vitscale.ml``.

The dotted paths are part of saved pipelines: Spark finds the Python class of a Java stage by them. The
annotator is loaded when it is first used, since only the extra ``sparknlp`` brings what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vitscale.system.extras import naming_extras

with naming_extras():
    from vitscale.ml.loading import load_pipeline
    from vitscale.ml.transformer import ViTImageClassifier

if TYPE_CHECKING:
    from vitscale.ml.annotator import VitScaleForImageClassification

__all__ = ["ViTImageClassifier", "VitScaleForImageClassification", "load_pipeline"]

# Spark derives the Java class from the module that a Python class says it lives in.
ViTImageClassifier.__module__ = __name__


def __getattr__(name: str) -> Any:
    if name != "VitScaleForImageClassification":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with naming_extras():
        annotator = import_module("vitscale.ml.annotator").VitScaleForImageClassification
    annotator.__module__ = __name__
    return annotator
