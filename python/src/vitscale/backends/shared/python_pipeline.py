"""Base of the backends without Spark: one graph and Transformers' image processor, in Python."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers.image_utils import load_image

from vitscale.backends.base import AllPredicted, Outputs
from vitscale.backends.shared.image_processor import load_processor, single_steps
from vitscale.backends.shared.stages import StageClock, staged_pass
from vitscale.backends.shared.top_k import top_labels
from vitscale.errors import UsageError
from vitscale.images.image_set import ImageFolder
from vitscale.models.checkpoint.image_processor import resized_only
from vitscale.models.folder import ModelFolder
from vitscale.results.gpu_schema import DeviceUse
from vitscale.results.schema import StageName


class PythonPipeline(ABC):
    """A model's ONNX file in one process without Spark: the upper limit for Spark.

    Parameters
    ----------
    model : ModelFolder
        The model; the subclass loads its ONNX file.
    batch_size : int
        Images in one forward pass.
    workers : int
        Threads that prepare the next batch while the model runs.

    Raises
    ------
    UsageError
        If the graph expects bytes.
    """

    survives_bad_images = False

    def __init__(self, model: ModelFolder, batch_size: int, workers: int = 1) -> None:
        if model.input_type != "float32":
            raise UsageError(
                f"The graph {model.precision} expects {model.input_type} images; this backend needs a graph "
                "that expects float32, such as fp32 or int8."
            )
        self._batch_size = batch_size
        self._workers = max(1, workers)
        self._labels = model.labels
        self._processor = single_steps(load_processor(model.path), model.path)

    def _place(self, tensors: NDArray[np.float32]) -> Any:
        """Copy float32 [batch, 3, height, width] to the model's device."""
        return tensors

    @abstractmethod
    def _forward(self, placed: Any) -> NDArray[np.float32]:
        """Return logits [batch, classes] of the result of :meth:`_place`."""

    def runtime(self) -> str | None:
        """Return None: there is nothing to choose."""
        return None

    def device_use(self) -> DeviceUse | None:
        """Return the device that ran the model, if a GPU was requested."""
        return None

    def classify(self, images: ImageFolder) -> AllPredicted:
        """Classify all images, end to end from their files."""
        predicted = 0
        for tensors in self._batches(images.paths):
            predicted += len(top_labels(self._forward(self._place(tensors)), self._labels))
        return AllPredicted(predicted)

    def query(self, path: Path) -> str | None:
        """Classify one image that can be decoded."""
        top_labels(self._forward(self._place(self._preprocess([path]))), self._labels)
        return None

    def stages(self, images: ImageFolder) -> dict[StageName, float]:
        """Return seconds by stage, batch after batch."""
        return staged_pass(images, self._batch_size, self._processor, self._staged_batch)

    def _staged_batch(self, clock: StageClock, arrays: list[NDArray[np.float32]]) -> None:
        with clock.stage("copy"):
            placed = self._place(np.stack(arrays))
        with clock.stage("forward"):
            logits = self._forward(placed)
        with clock.stage("postprocess"):
            top_labels(logits, self._labels)

    def outputs(self, images: ImageFolder) -> Outputs:
        """Return pixels and logits of images that can all be decoded."""
        logits = np.concatenate(
            [self._forward(self._place(tensors)) for tensors in self._batches(images.paths)]
        )
        pixels = np.concatenate(
            [resized_only(self._processor, load_image(str(path))) for path in images.paths]
        )
        return Outputs(images.files, tuple(logits.argmax(axis=1).tolist()), logits, pixels)

    def close(self) -> None:  # noqa: B027  (not abstract: doing nothing is right)
        """Do nothing: the process holds all resources."""

    def _batches(self, paths: list[Path]) -> Iterator[NDArray[np.float32]]:
        """Yield tensors of shape (batch, 3, height, width); threads prepare the next one meanwhile."""
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            upcoming = None
            for start in range(0, len(paths), self._batch_size):
                batch = paths[start : start + self._batch_size]
                share = -(-len(batch) // self._workers)
                parts = [batch[first : first + share] for first in range(0, len(batch), share)]
                current, upcoming = upcoming, [pool.submit(self._preprocess, part) for part in parts]
                if current is not None:
                    yield _joined(current)
            if upcoming is not None:
                yield _joined(upcoming)

    def _preprocess(self, batch: list[Path]) -> NDArray[np.float32]:
        images = [load_image(str(path)) for path in batch]
        tensors: NDArray[np.float32] = self._processor(images, return_tensors="np")["pixel_values"]
        return tensors


def _joined(parts: Sequence[Future[NDArray[np.float32]]]) -> NDArray[np.float32]:
    first, *others = (part.result() for part in parts)
    return np.concatenate([first, *others]) if others else first
