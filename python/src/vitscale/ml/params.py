"""The parameters that both stages share, as Scala's ``ViTParams`` has them."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, Self

from pyspark.ml.param import Param, Params, TypeConverters

from vitscale.errors import UsageError
from vitscale.results.profile import Profile
from vitscale.system.arguments import path_text, shown, within_jvm


def param(name: str, doc: str, converter: Any) -> Any:
    """Return a parameter for the body of a class."""
    return Param(Params._dummy(), name, doc, typeConverter=converter)


def whole(value: Any) -> int:
    """Return a whole number that the JVM can hold; more labels than a model has mean all of them."""
    return within_jvm(TypeConverters.toInt(value))


def _path(value: Any) -> str:
    return path_text("modelPath", value)


_KINDS = {
    whole: "a whole number",
    TypeConverters.toInt: "a whole number",
    TypeConverters.toFloat: "a number",
    TypeConverters.toBoolean: "True or False",
    TypeConverters.toString: "a text",
}
"""Converter of a parameter -> what it takes."""


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

    def _set(self, **kwargs: Any) -> Self:
        """Set parameters; None, which Java's parameters cannot hold, restores the default."""
        for name in [name for name, value in kwargs.items() if value is None]:
            self.clear(self.getParam(name))
        for name, value in kwargs.items():
            if value is not None:
                self._set_checked(name, value)
        return self

    def _set_checked(self, name: str, value: Any) -> None:
        try:
            super()._set(**{name: value})
        except (TypeError, AttributeError) as error:  # Spark 3.5 asks for classes that NumPy 2 lacks
            kind = _KINDS.get(self.getParam(name).typeConverter)
            if kind is None:
                raise
            raise UsageError(f"{name} is {shown(value)}; it must be {kind}.") from error

    def setModelPath(self, value: str | PathLike[str]) -> Self:
        """Set the model.

        A folder that every node can read, a URI of a Hadoop file system, or, for a session on this machine, a
        name on the Hugging Face hub.
        """
        return self._set(modelPath=value)

    def getModelPath(self) -> str | None:
        """Return the model's folder, URI or name; None if none was set."""
        return self._value(self.modelPath)

    def setPrecision(self, value: str) -> Self:
        """Set the precision, ``fp32`` by default: a graph's, or ``fp32``, ``bf16``, ``int8`` of oneDNN."""
        return self._set(precision=value)

    def getPrecision(self) -> str:
        """Return the precision."""
        return str(self._value(self.precision))

    def setRuntime(self, value: str) -> Self:
        """Set what computes the forward pass.

        ``"onnxruntime"`` runs the exported graph, ``"onednn"`` the checkpoint's own weights on the processor,
        ``"auto"`` the faster one for model and processor. Each executor chooses for itself: name one of them
        where processors differ.
        """
        return self._set(runtime=value)

    def getRuntime(self) -> str:
        """Return what computes the forward pass."""
        return str(self._value(self.runtime))

    def setProfile(self, value: str | PathLike[str]) -> Self:
        """Set precision, runtime, threads and batch size to what a profile of ``vitscale tune`` says."""
        found = Profile.read(Path(path_text("profile", value)))
        settings = {"precision": found.precision, "runtime": found.runtime, "threads": found.threads}
        return self._set(**settings, batchSize=found.batch_size)

    def setTopK(self, value: int) -> Self:
        """Set how many labels are given for each image, 5 by default."""
        return self._set(topK=value)

    def getTopK(self) -> int:
        """Return how many labels are given for each image."""
        return int(self._value(self.topK))

    def setThreads(self, value: int) -> Self:
        """Set the cores of one forward pass; 0, the default, leaves it to ViTScale."""
        return self._set(threads=value)

    def getThreads(self) -> int:
        """Return the cores of one forward pass; 0 if ViTScale chooses them."""
        return int(self._value(self.threads))

    def setDevice(self, value: str) -> Self:
        """Set what runs the model: ``"cpu"``, the default, or ``"gpu"``.

        On a cluster the GPU of a task is the one that Spark's resource scheduling gives it, with a local
        master it is the first.
        """
        return self._set(device=value)

    def getDevice(self) -> str:
        """Return what runs the model."""
        return str(self._value(self.device))

    def _value(self, one: Any) -> Any:
        return self.getOrDefault(one) if self.isDefined(one) else None


class AnswerParams(ViTParams):
    """What a stage gives for each image besides the likeliest labels."""

    threshold = param("threshold", "smallest score of a label, from 0 to 1", TypeConverters.toFloat)
    features = param(
        "features", "features of each image: none, pooled or normalized", TypeConverters.toString
    )

    def setThreshold(self, value: float) -> Self:
        """Set the smallest score of a label, from 0 to 1; an image may then have no label."""
        return self._set(threshold=value)

    def getThreshold(self) -> float | None:
        """Return the smallest score of a label; None if none was set."""
        return self._value(self.threshold)

    def setFeatures(self, value: str) -> Self:
        """Set the features of each image: ``"none"``, ``"pooled"`` or ``"normalized"``."""
        return self._set(features=value)

    def getFeatures(self) -> str:
        """Return the features of each image."""
        return str(self._value(self.features))
