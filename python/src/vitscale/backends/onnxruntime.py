"""The ceiling: the same ONNX model in ONNX Runtime, called from Python without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from transformers.image_utils import load_image

from vitscale.backends.base import AllPredicted, Outputs
from vitscale.backends.processor import load_processor
from vitscale.backends.spec import BackendSpec
from vitscale.backends.stages import StageClock, staged_pass
from vitscale.bench.schema import StageName
from vitscale.images import ImageFolder
from vitscale.models.folder import ModelFolder

TOP_K = 5
"""As Transformers' pipeline answers by default."""


class OnnxRuntimeBackend:
    """An ONNX Runtime session fed by Transformers' image processor.

    Parameters
    ----------
    spec : BackendSpec
        Options ``threads`` and ``precision``.
    model : ModelFolder
        The model; its ONNX file is loaded.
    batch_size : int
        Images of one forward pass.
    """

    survives_bad_images = False

    def __init__(self, spec: BackendSpec, model: ModelFolder, batch_size: int) -> None:
        self._batch_size = batch_size
        self._labels = model.labels
        self._processor = load_processor(model.path)
        options = ort.SessionOptions()
        if spec["threads"]:
            options.intra_op_num_threads = spec["threads"]
        self._session = ort.InferenceSession(model.onnx_path, options, providers=["CPUExecutionProvider"])

    def classify(self, images: ImageFolder) -> AllPredicted:
        """Classify all images, end to end from their files."""
        predicted = 0
        for tensors in self._batches(images.paths):
            predicted += len(self._likeliest(self._forward(tensors)))
        return AllPredicted(predicted)

    def query(self, path: Path) -> str | None:
        """Classify one image that can be decoded."""
        self._likeliest(self._forward(self._preprocess([path])))
        return None

    def stages(self, images: ImageFolder) -> dict[StageName, float]:
        """Return seconds by stage, batch after batch."""
        return staged_pass(images, self._batch_size, self._processor, self._staged_batch)

    def _staged_batch(self, clock: StageClock, arrays: list[NDArray[np.float32]]) -> None:
        with clock.stage("copy"):
            tensors = np.stack(arrays)
        with clock.stage("forward"):
            logits = self._forward(tensors)
        with clock.stage("postprocess"):
            self._likeliest(logits)

    def outputs(self, images: ImageFolder) -> Outputs:
        """Return pixels and logits of images that can all be decoded."""
        logits = np.concatenate([self._forward(tensors) for tensors in self._batches(images.paths)])
        raw = [
            self._processor(load_image(str(path)), do_rescale=False, do_normalize=False, return_tensors="np")
            for path in images.paths
        ]
        pixels = np.stack([one["pixel_values"][0].transpose(1, 2, 0).astype(np.uint8) for one in raw])
        labels = tuple(self._labels[index] for index in logits.argmax(axis=1))
        return Outputs(images.files, labels, logits, pixels)

    def close(self) -> None:
        """Nothing outlives the process."""

    def _forward(self, tensors: NDArray[np.float32]) -> NDArray[np.float32]:
        result: NDArray[np.float32] = self._session.run(["logits"], {"pixel_values": tensors})[0]
        return result

    def _likeliest(self, logits: NDArray[np.float32]) -> list[list[tuple[str, float]]]:
        """Return the five likeliest labels of each row with their probabilities, as the other backends do."""
        probabilities = _softmax(logits)
        best = np.argsort(-logits, axis=1, kind="stable")[:, :TOP_K]
        return [
            [(self._labels[index], float(row[index])) for index in places]
            for row, places in zip(probabilities, best, strict=True)
        ]

    def _batches(self, paths: list[Path]) -> Iterator[NDArray[np.float32]]:
        """Yield tensors of shape (batch, 3, height, width), the next one prepared while one is in use."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            upcoming = None
            for start in range(0, len(paths), self._batch_size):
                batch = paths[start : start + self._batch_size]
                current, upcoming = upcoming, pool.submit(self._preprocess, batch)
                if current is not None:
                    yield current.result()
            if upcoming is not None:
                yield upcoming.result()

    def _preprocess(self, batch: list[Path]) -> NDArray[np.float32]:
        images = [load_image(str(path)) for path in batch]
        tensors: NDArray[np.float32] = self._processor(images, return_tensors="np")["pixel_values"]
        return tensors


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return result
