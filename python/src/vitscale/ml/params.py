"""The parameters that both stages share, as Scala's ``ViTParams`` has them."""

from __future__ import annotations

from os import PathLike
from typing import Any, Self

from pyspark.ml.param import Param, Params, TypeConverters


def param(name: str, doc: str, converter: Any) -> Any:
    """Return a parameter for the body of a class."""
    return Param(Params._dummy(), name, doc, typeConverter=converter)


def _path(value: Any) -> str:
    return str(TypeConverters.toString(str(value) if isinstance(value, PathLike) else value))


class ViTParams(Params):
    """Model, labels, threads and device of a stage."""

    modelPath = param("modelPath", "model folder, as `vitscale export` writes it", _path)
    precision = param("precision", "precision of the graph: fp32, int8, ...", TypeConverters.toString)
    topK = param("topK", "labels given for each image", TypeConverters.toInt)
    threads = param("threads", "cores of one forward pass, 0 for the best number", TypeConverters.toInt)
    device = param("device", "what runs the model: cpu or gpu", TypeConverters.toString)

    def setModelPath(self, value: str | PathLike[str]) -> Self:
        """Set the folder of the model: a path that every node can read, or a URI of a Hadoop file system."""
        return self._set(modelPath=value)

    def setPrecision(self, value: str) -> Self:
        """Set the precision of the graph, ``fp32`` by default."""
        return self._set(precision=value)

    def setTopK(self, value: int) -> Self:
        """Set how many labels are given for each image, 5 by default."""
        return self._set(topK=value)

    def setThreads(self, value: int) -> Self:
        """Set the cores of one forward pass; 0, the default, leaves it to ViTScale."""
        return self._set(threads=value)

    def setDevice(self, value: str) -> Self:
        """Set what runs the model: ``"cpu"``, the default, or ``"gpu"``.

        On a cluster the GPU of a task is the one that Spark's resource scheduling gives it, with a local
        master it is the first.
        """
        return self._set(device=value)
