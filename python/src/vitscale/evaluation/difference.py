"""The accuracy that one precision loses against another, image by image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitscale.tuning.loss import measure_loss


@dataclass(frozen=True)
class Difference:
    """A loss of accuracy with its 95 % interval; negative for a gain."""

    value: float
    low: float
    high: float


def difference(
    truth: NDArray[np.int64], reference: NDArray[np.int64], found: NDArray[np.int64]
) -> Difference:
    """Return the accuracy of the reference minus that of another prediction of the same images.

    Parameters
    ----------
    truth, reference, found : ndarray of int, [images]
        Right class, and predicted classes.
    """
    loss = measure_loss(reference.tolist(), found.tolist(), truth.tolist())
    return Difference(loss.value, loss.low, loss.high)
