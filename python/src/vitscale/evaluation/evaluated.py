"""What a model in one precision reached on labelled images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitscale.evaluation.scores import Scores
from vitscale.tuning.loss import Loss


@dataclass(frozen=True)
class Evaluated:
    """One precision.

    Attributes
    ----------
    precision, runtime : str
        What classified: the precision, or the output folder of a job; and the library of the forward pass.
    scores : Scores
        On the images that every precision classified.
    images_per_sec : float or None
        Of one pass with reading and decoding; no benchmark. None for the output of a job.
    loss : Loss or None
        Accuracy of the first precision minus this one's, image by image; None for the first.
    first : ndarray of int, [images]
        The predicted class of each.
    """

    precision: str
    runtime: str
    scores: Scores
    images_per_sec: float | None
    loss: Loss | None
    first: NDArray[np.int64]
