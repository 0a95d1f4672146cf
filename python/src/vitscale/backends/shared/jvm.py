"""A backend of the JVM, driven from Python over py4j."""

from __future__ import annotations

import json
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, cast

import numpy as np

from vitscale.backends.base import Outputs
from vitscale.backends.spec import BackendSpec
from vitscale.images.image_set import FailedImage, ImageFolder
from vitscale.jvm.bridge import java_errors, scala_object
from vitscale.models.folder import ModelFolder
from vitscale.results.gpu_schema import DeviceUse
from vitscale.results.schema import STAGES, Scenario, StageName

BENCHMARK_API = "vitscale.bench.BenchmarkApi"
"""The Scala object that opens and calls backends."""


class JvmBackend(ABC):
    """The Scala class that the native benchmark also measures, called from Python.

    Parameters
    ----------
    spec : BackendSpec
        Options as the subclass documents them.
    model : ModelFolder
        The model; its ONNX file, or its SavedModel, is loaded.
    batch_size : int
        Images in one forward pass.
    scenario : str
        The query pattern, ``"offline"`` or ``"single-stream"``.
    """

    survives_bad_images = True

    def __init__(
        self, spec: BackendSpec, model: ModelFolder, batch_size: int, scenario: Scenario = "offline"
    ) -> None:
        self._device = spec.device
        with java_errors():
            self._backend = self._open(spec, model, batch_size, scenario)
        self._api = scala_object(BENCHMARK_API)

    @staticmethod
    @abstractmethod
    def _open(spec: BackendSpec, model: ModelFolder, batch_size: int, scenario: Scenario) -> Any:
        """Return the Scala object that holds the loaded model."""

    def classify(self, images: ImageFolder) -> _JvmPredictions:
        """Classify all images, end to end from their files."""
        with java_errors():
            return _JvmPredictions(self._backend.classify(self._images(images)))

    def query(self, path: Path) -> str | None:
        """Classify one image; return the reason why it has no prediction, or None."""
        with java_errors():
            reason = self._api.query(self._backend, str(path))
        return None if reason is None else str(reason)

    def stages(self, images: ImageFolder) -> dict[StageName, float]:
        """Return seconds by stage, batch after batch, by the JVM's clock."""
        with java_errors():
            seconds = dict(self._api.stages(self._backend, self._images(images)))
        return {stage: float(seconds[stage]) for stage in STAGES}

    def outputs(self, images: ImageFolder) -> Outputs:
        """Return pixels and logits of images that can all be decoded."""
        with tempfile.TemporaryDirectory(prefix="vitscale-outputs-") as folder:
            with java_errors():
                self._api.writeOutputs(self._backend, self._images(images), folder)
            return _read_outputs(Path(folder))

    def device_use(self) -> DeviceUse | None:
        """Return the number of nodes by provider, if a GPU was requested."""
        if self._device == "cpu":
            return None
        with java_errors():
            return cast(DeviceUse, json.loads(self._api.deviceUse(self._backend)))

    def close(self) -> None:
        """Delete the backend's temporary files."""
        with java_errors():
            self._backend.close()

    def _images(self, images: ImageFolder) -> Any:
        if not images.is_searched:
            return self._api.namedImages(str(images.root), list(images.files))
        return self._api.images(str(images.root), [] if images.is_whole else list(images.files))


class _JvmPredictions:
    """Fetches the outcome from the JVM when it is read."""

    def __init__(self, predictions: Any) -> None:
        self._predictions = predictions

    def count(self) -> int:
        with java_errors():
            return int(self._predictions.count())

    def failed(self) -> list[FailedImage]:
        with java_errors():
            failed = self._predictions.failed()
            return [
                FailedImage(failed.apply(index).file(), failed.apply(index).reason())
                for index in range(failed.size())
            ]


def _read_outputs(folder: Path) -> Outputs:
    """Read the files of Scala's ``OutputsWriter``: an index, and two arrays of little-endian values."""
    index = json.loads((folder / "index.json").read_text())
    count = len(index["files"])
    logits = np.fromfile(folder / "logits.f32", "<f4").reshape(count, -1)
    pixels = np.fromfile(folder / "pixels.u8", np.uint8).reshape(count, index["height"], index["width"], 3)
    return Outputs(tuple(index["files"]), tuple(index["labels"]), logits, pixels)
