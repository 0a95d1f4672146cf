"""The top k classes of logits, as in Transformers' pipeline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TOP_K = 5
"""Default of Transformers' pipeline."""


def top_labels(
    logits: NDArray[np.float32], labels: Sequence[str], top_k: int = TOP_K
) -> list[list[tuple[int, str, float]]]:
    """Return the most likely classes of each row, in descending order: number, label and probability.

    Parameters
    ----------
    logits : ndarray, float32 [images, classes]
        The model's raw output.
    labels : sequence of str
        Label texts by class number.
    top_k : int
        Number of labels of each row.
    """
    probabilities = _softmax(logits)
    best = np.argsort(-logits, axis=1, kind="stable")[:, :top_k]
    return [
        [(int(index), labels[index], float(row[index])) for index in places]
        for row, places in zip(probabilities, best, strict=True)
    ]


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return result
