"""Accuracy, precision, recall and confusions of predicted classes, with intervals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

TOP = 5
"""Labels of the wider accuracy, as in ImageNet's benchmark (Russakovsky et al. 2015, section 4.1)."""
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Share:
    """A share of images with its 95 % interval (Wilson's score interval, 1927)."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, hits: int, count: int) -> Share:
        """Return the share of `hits` among `count` images, at least one."""
        ends = binomtest(hits, count).proportion_ci(CONFIDENCE, "wilson")
        return cls(hits / count, float(ends.low), float(ends.high))


@dataclass(frozen=True)
class ClassScore:
    """The scores of one class.

    Attributes
    ----------
    class_id : int
        Its number.
    images, predicted, right : int
        Images of the class, images that were given it, and images of both kinds.
    """

    class_id: int
    images: int
    predicted: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of the images given this class that have it; None if there are none."""
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Share of the images of this class that were given it; None if there are none."""
        return self.right / self.images if self.images else None


@dataclass(frozen=True)
class Scores:
    """The scores of a model on labelled images.

    Attributes
    ----------
    top1, top5 : Share
        Share of the images whose class is the first, or among the first five.
    classes : tuple of ClassScore
        Every class with an image or a prediction, by number.
    confusions : tuple of (int, int, int)
        Right class, wrong prediction, images; the most images first.
    """

    top1: Share
    top5: Share
    classes: tuple[ClassScore, ...]
    confusions: tuple[tuple[int, int, int], ...]

    def mean_recall(self) -> float:
        """Return the mean recall of the classes with images: the balanced accuracy."""
        return float(np.mean([one.recall for one in self.classes if one.recall is not None]))

    def mean_precision(self) -> float:
        """Return the mean precision of the predicted classes."""
        return float(np.mean([one.precision for one in self.classes if one.precision is not None]))


def scores_of(truth: NDArray[np.int64], ranked: NDArray[np.int64]) -> Scores:
    """Compare predictions with the truth.

    Parameters
    ----------
    truth : ndarray of int, [images]
        The right class of each image; at least one image.
    ranked : ndarray of int, [images, k]
        Predicted classes, the likeliest first; -1 for none.
    """
    first = ranked[:, 0]
    right = first == truth
    size = int(max(truth.max(), first.max())) + 1
    images, predicted = np.bincount(truth, minlength=size), np.bincount(first, minlength=size)
    hits = np.bincount(truth[right], minlength=size)
    wrong: Counter[tuple[int, int]] = Counter(
        zip(truth[~right].tolist(), first[~right].tolist(), strict=True)
    )
    return Scores(
        top1=Share.of(int(right.sum()), len(truth)),
        top5=Share.of(int((ranked[:, :TOP] == truth[:, None]).any(axis=1).sum()), len(truth)),
        classes=tuple(
            ClassScore(number, int(images[number]), int(predicted[number]), int(hits[number]))
            for number in np.flatnonzero(images + predicted).tolist()
        ),
        confusions=tuple(
            (*pair, count) for pair, count in sorted(wrong.items(), key=lambda one: (-one[1], one[0]))
        ),
    )


def to_json(scores: Scores, labels: list[str]) -> dict[str, Any]:
    """Return the scores with label texts."""
    return {
        "top1": vars(scores.top1),
        "top5": vars(scores.top5),
        "mean_precision": scores.mean_precision(),
        "mean_recall": scores.mean_recall(),
        "classes": [
            {
                "label_id": one.class_id,
                "label": labels[one.class_id],
                "images": one.images,
                "predicted": one.predicted,
                "right": one.right,
                "precision": one.precision,
                "recall": one.recall,
            }
            for one in scores.classes
        ],
        "confusions": [
            {"label_id": right, "predicted_id": wrong, "images": count}
            for right, wrong, count in scores.confusions
        ],
    }
