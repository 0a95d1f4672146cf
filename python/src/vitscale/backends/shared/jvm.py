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
from vitscale.jvm.paths import from_jvm_name, jvm_name, jvm_path
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
            return _JvmPredictions(self._backend.classify(self._images(images)), images.root)

    def query(self, path: Path) -> str | None:
        """Classify one image; return the reason why it has no prediction, or None."""
        with java_errors():
            reason = self._api.query(self._backend, jvm_path(str(path)))
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
            return _read_outputs(Path(folder), images.root)

    def device_use(self) -> DeviceUse | None:
        """Return the number of nodes by provider, if a GPU was requested."""
        if self._device == "cpu":
            return None
        with java_errors():
            return cast(DeviceUse, json.loads(self._api.deviceUse(self._backend)))

    def runtime(self) -> str | None:
        """Return name, version and instruction set of the library that computes the forward pass."""
        with java_errors():
            found = self._api.runtime(self._backend)
        return None if found is None else str(found)

    def close(self) -> None:
        """Delete the backend's temporary files."""
        with java_errors():
            self._backend.close()

    def _images(self, images: ImageFolder) -> Any:
        root = jvm_path(str(images.root))
        if images.is_searched and images.is_whole:
            return self._api.images(root, [])
        files = [jvm_name(file, images.root) for file in images.files]
        return self._api.images(root, files) if images.is_searched else self._api.namedImages(root, files)


class _JvmPredictions:
    """Fetches the outcome from the JVM when it is read."""

    def __init__(self, predictions: Any, root: Path) -> None:
        self._predictions = predictions
        self._root = root

    def count(self) -> int:
        with java_errors():
            return int(self._predictions.count())

    def failed(self) -> list[FailedImage]:
        with java_errors():
            found = self._predictions.failed()
            failed = [found.apply(index) for index in range(found.size())]
            return [FailedImage(from_jvm_name(one.file(), self._root), one.reason()) for one in failed]


def _read_outputs(folder: Path, root: Path) -> Outputs:
    """Read the files of Scala's ``OutputsWriter``: an index, and two arrays of little-endian values."""
    index = json.loads((folder / "index.json").read_text())
    count = len(index["files"])
    logits = np.fromfile(folder / "logits.f32", "<f4").reshape(count, -1)
    pixels = np.fromfile(folder / "pixels.u8", np.uint8).reshape(count, index["height"], index["width"], 3)
    files = tuple(from_jvm_name(file, root) for file in index["files"])
    return Outputs(files, tuple(index["label_ids"]), logits, pixels)
