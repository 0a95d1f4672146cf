"""The parameters that both stages share, as Scala's ``ViTParams`` has them."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, Self

from pyspark.ml.param import Param, Params, TypeConverters

from vitscale.results.profile import Profile


def param(name: str, doc: str, converter: Any) -> Any:
    """Return a parameter for the body of a class."""
    return Param(Params._dummy(), name, doc, typeConverter=converter)


def whole(value: Any) -> int:
    """Return a whole number that the JVM can hold; more labels than a model has mean all of them."""
    number: int = TypeConverters.toInt(value)
    return max(-_LARGEST_INT, min(number, _LARGEST_INT))


_LARGEST_INT = 2**31 - 1


def _path(value: Any) -> str:
    return str(TypeConverters.toString(str(value) if isinstance(value, PathLike) else value))


class ViTParams(Params):
    """Model, labels, threads and device of a stage."""

    modelPath = param("modelPath", "model folder, made by `vitscale export`, or name on the hub", _path)
    precision = param(
        "precision", "precision of the model: fp32, bf16, int8, fp32-uint8, ...", TypeConverters.toString
    )
    runtime = param(
        "runtime",
        "library that computes the forward pass: auto, onnxruntime or onednn",
        TypeConverters.toString,
    )
    topK = param("topK", "labels given for each image", whole)
    threads = param("threads", "cores of one forward pass, 0 for the best number", whole)
    device = param("device", "what runs the model: cpu or gpu", TypeConverters.toString)

    def setModelPath(self, value: str | PathLike[str]) -> Self:
        """Set the model.

        A folder that every node can read, a URI of a Hadoop file system, or, for a session on this machine, a
        name on the Hugging Face hub.
        """
        return self._set(modelPath=value)

    def setPrecision(self, value: str) -> Self:
        """Set the precision, ``fp32`` by default: a graph's, or ``fp32``, ``bf16``, ``int8`` of oneDNN."""
        return self._set(precision=value)

    def setRuntime(self, value: str) -> Self:
        """Set what computes the forward pass.

        ``"onnxruntime"`` runs the exported graph, ``"onednn"`` the checkpoint's own weights on the processor,
        ``"auto"`` the faster one for model and processor. Each executor chooses for itself: name one of them
        where processors differ.
        """
        return self._set(runtime=value)

    def setProfile(self, value: str | PathLike[str]) -> Self:
        """Set precision, runtime, threads and batch size to what a profile of ``vitscale tune`` says."""
        found = Profile.read(Path(value))
        settings = {"precision": found.precision, "runtime": found.runtime, "threads": found.threads}
        return self._set(**settings, batchSize=found.batch_size)

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


class AnswerParams(ViTParams):
    """What a stage gives for each image besides the likeliest labels."""

    threshold = param("threshold", "smallest score of a label, from 0 to 1", TypeConverters.toFloat)
    features = param(
        "features", "features of each image: none, pooled or normalized", TypeConverters.toString
    )

    def setThreshold(self, value: float) -> Self:
        """Set the smallest score of a label, from 0 to 1; an image may then have no label."""
        return self._set(threshold=value)

    def setFeatures(self, value: str) -> Self:
        """Set the features of each image: ``"none"``, ``"pooled"`` or ``"normalized"``."""
        return self._set(features=value)
