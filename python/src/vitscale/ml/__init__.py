"""Spark stages: the Python faces of the Scala classes with the same names in ``vitscale.ml``.

The dotted paths are part of saved pipelines: Spark finds the Python class of a Java stage by them.
"""

from vitscale.ml.annotator import VitScaleForImageClassification
from vitscale.ml.transformer import ViTImageClassifier

__all__ = ["ViTImageClassifier", "VitScaleForImageClassification"]

# Spark derives the Java class from the module that a Python class says it lives in.
for _stage in (ViTImageClassifier, VitScaleForImageClassification):
    _stage.__module__ = __name__
