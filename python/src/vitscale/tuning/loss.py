"""What a candidate loses: labels that differ from fp32's, or accuracy where the images are labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binomtest, bootstrap

_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Loss:
    """The loss of a candidate.

    Attributes
    ----------
    kind : "labels" or "accuracy"
        Share of the images whose first label differs from fp32's; or accuracy of fp32 minus the candidate's,
        where all images are labelled.
    value, low, high : float
        The loss and its 95 % interval.
    images : int
        Number of images.
    """

    kind: Literal["labels", "accuracy"]
    value: float
    low: float
    high: float
    images: int


def measure_loss(reference: Sequence[int], found: Sequence[int], truth: Sequence[int | None]) -> Loss:
    """Compare the first classes of a candidate with those of fp32.

    Parameters
    ----------
    reference, found : sequence of int
        Number of the first class of each image, in fp32 and of the candidate.
    truth : sequence of int or None
        The right class of each image, where it is known.

    Notes
    -----
    The interval of differing labels is Wilson's. That of an accuracy is a percentile bootstrap over images;
    where no image differs, its upper end is Wilson's.
    """
    differ = sum(a != b for a, b in zip(reference, found, strict=True))
    wilson = binomtest(differ, len(found)).proportion_ci(_CONFIDENCE, "wilson")
    if any(label is None for label in truth):
        return Loss("labels", differ / len(found), wilson.low, wilson.high, len(found))
    right = np.array([[a == t, b == t] for a, b, t in zip(reference, found, truth, strict=True)], dtype=float)
    lost = right[:, 0] - right[:, 1]
    if not lost.any():
        return Loss("accuracy", 0.0, 0.0, wilson.high, len(found))
    ends = bootstrap(
        (lost,),
        np.mean,
        confidence_level=_CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return Loss("accuracy", float(lost.mean()), float(ends.low), float(ends.high), len(found))
