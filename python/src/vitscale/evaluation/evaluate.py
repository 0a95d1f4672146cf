"""Classifies labelled images in each precision, and compares with the truth."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitscale.errors import UsageError
from vitscale.evaluation.evaluated import Evaluated
from vitscale.evaluation.figures import COLUMNS, cells
from vitscale.evaluation.passes import Pass, classify
from vitscale.evaluation.scores import scores_of, to_json
from vitscale.evaluation.truth import Truth
from vitscale.inference.vit import ViT
from vitscale.tuning.loss import Loss, measure_loss


@dataclass(frozen=True)
class Subject:
    """The model that is evaluated.

    Attributes
    ----------
    name, weights : str
        Its name, and "pretrained" or "random".
    labels : list of str
        Label texts, by class number.
    open : callable
        Opens it in a precision.
    """

    name: str
    weights: str
    labels: list[str]
    open: Callable[[str], ViT]


@dataclass(frozen=True)
class Evaluation:
    """A model on labelled images.

    Attributes
    ----------
    model : Subject
        The model.
    truth : Truth
        What was known of the images.
    files : tuple of Path
        Images that were classified.
    classes : ndarray of int, [images]
        The right class of each.
    failed : dict of Path to str
        Images that could not be classified, and why.
    results : tuple of Evaluated
        One for each precision; the first is the reference.
    """

    model: Subject
    truth: Truth
    files: tuple[Path, ...]
    classes: NDArray[np.int64]
    failed: dict[Path, str]
    results: tuple[Evaluated, ...]

    def to_json(self) -> dict[str, Any]:
        """Return everything but the predictions of single images."""
        return {
            "model": self.model.name,
            "weights": self.model.weights,
            "images": len(self.files),
            "failed": {str(file): reason for file, reason in self.failed.items()},
            "left_out": {"unlabelled": self.truth.unlabelled, "unknown_classes": self.truth.unknown},
            "precisions": [
                {
                    "precision": one.precision,
                    "runtime": one.runtime,
                    "images_per_sec": one.images_per_sec,
                    "top1_loss": None if one.loss is None else _interval(one.loss),
                    **to_json(one.scores, self.model.labels),
                }
                for one in self.results
            ],
        }

    def _repr_html_(self) -> str:
        rows = [COLUMNS, *(cells(one) for one in self.results)]
        lines = ("".join(f"<td>{html.escape(cell)}</td>" for cell in line) for line in rows)
        caption = f"{html.escape(self.model.name)}, {self.model.weights} weights: {len(self.files)} images"
        failed = f", {len(self.failed)} failed" if self.failed else ""
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        return f"<table><caption>{caption}{failed}</caption>{body}</table>"


def _interval(loss: Loss) -> dict[str, float]:
    return {"value": loss.value, "low": loss.low, "high": loss.high}


def evaluate(
    model: Subject,
    truth: Truth,
    precisions: Sequence[str],
    progress: Callable[[str, int, int], None] = lambda precision, done, count: None,
) -> Evaluation:
    """Classify labelled images in each precision.

    Parameters
    ----------
    model : Subject
        The model.
    truth : Truth
        Images with their classes.
    precisions : sequence of str
        The first is the reference of the others.
    progress : callable
        Receives a precision, the number of images that it has classified, and that of all.

    Raises
    ------
    UsageError
        If no image can be classified.
    """

    def one_pass(precision: str) -> Pass:
        with model.open(precision) as opened:
            return classify(opened, precision, truth, progress)

    return compare(model, truth, [one_pass(precision) for precision in precisions])


def compare(model: Subject, truth: Truth, passes: Sequence[Pass]) -> Evaluation:
    """Compare answers with the truth, and with the first answers.

    Parameters
    ----------
    model : Subject
        The model.
    truth : Truth
        Images with their classes.
    passes : sequence of Pass
        Answers for these images; the first are the reference of the others.

    Raises
    ------
    UsageError
        If every image failed.
    """
    failed = {file: reason for one in passes for file, reason in one.failed.items()}
    is_good = np.array([file not in failed for file in truth.files])
    if not is_good.any():
        raise UsageError(
            f"None of the {len(is_good)} images can be classified. {next(iter(failed.values()))}"
        )
    classes = np.array(truth.classes, np.int64)[is_good]
    firsts = [one.ranked[is_good, 0] for one in passes]
    results = tuple(
        Evaluated(
            precision=one.name,
            runtime=one.runtime,
            scores=scores_of(classes, one.ranked[is_good]),
            images_per_sec=one.images_per_sec,
            loss=None
            if one is passes[0]
            else measure_loss(firsts[0].tolist(), first.tolist(), classes.tolist()),
            first=first,
        )
        for one, first in zip(passes, firsts, strict=True)
    )
    files = tuple(file for file, good in zip(truth.files, is_good, strict=True) if good)
    return Evaluation(
        model=model,
        truth=truth,
        files=files,
        classes=classes,
        failed=failed,
        results=results,
    )
