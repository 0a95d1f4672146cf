"""What a model answered for labelled images: from classifying them now, or from the output of a job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitscale.errors import ImageError
from vitscale.evaluation.job_output import JobOutput
from vitscale.evaluation.scores import TOP
from vitscale.evaluation.truth import Truth
from vitscale.inference.vit import ViT

_CHUNK = 256
"""Images classified between two reports of progress."""


@dataclass(frozen=True)
class Pass:
    """The answers of one model in one precision.

    Attributes
    ----------
    name, runtime : str
        Precision or output folder, and the library that computed the forward pass.
    ranked : ndarray of int, [images, 5]
        Predicted classes of each image, the likeliest first; -1 for none.
    failed : dict of Path to str
        Images that have no answer, and why.
    images_per_sec : float or None
        With reading and decoding; None if it was not measured.
    """

    name: str
    runtime: str
    ranked: NDArray[np.int64]
    failed: dict[Path, str]
    images_per_sec: float | None


def classify(model: ViT, precision: str, truth: Truth, progress: Callable[[str, int, int], None]) -> Pass:
    """Classify labelled images.

    Parameters
    ----------
    model : ViT
        An open model.
    precision : str
        Its precision.
    truth : Truth
        Images with their classes.
    progress : callable
        Receives the precision, the number of images that it has classified, and that of all.
    """
    ranked = _none(truth)
    failed: dict[Path, str] = {}
    start = time.perf_counter()
    for at, chunk in _chunks(truth.files):
        progress(precision, at, len(truth.files))
        answers: Any = model.classify(chunk, TOP, on_error="return", progress=False)
        for row, (file, answer) in enumerate(zip(chunk, answers, strict=True), start=at):
            if isinstance(answer, ImageError):
                failed[file] = str(answer)
            else:
                ranked[row, : len(answer)] = [one["label_id"] for one in answer]
    seconds = time.perf_counter() - start
    progress(precision, len(truth.files), len(truth.files))
    return Pass(precision, model.runtime, ranked, failed, len(truth.files) / seconds)


def from_output(output: JobOutput, truth: Truth) -> Pass:
    """Take the answers of a job. An image without a row counts as failed."""
    ranked = _none(truth)
    failed: dict[Path, str] = {}
    for row, file in enumerate(truth.files):
        path = str(file)
        if path in output.predicted:
            found = output.predicted[path][:TOP]
            ranked[row, : len(found)] = found
        else:
            failed[file] = output.quarantined.get(path, f"{path} has no row in {output.location}")
    return Pass(output.location, output.runtime, ranked, failed, None)


def _none(truth: Truth) -> NDArray[np.int64]:
    return np.full((len(truth.files), TOP), -1, np.int64)


def _chunks(files: Sequence[Path]) -> Iterator[tuple[int, Sequence[Path]]]:
    for start in range(0, len(files), _CHUNK):
        yield start, files[start : start + _CHUNK]
