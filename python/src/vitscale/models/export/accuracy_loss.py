"""The accuracy loss of a variant: agreement with float32, and accuracy on labelled images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitscale.errors import ModelError
from vitscale.images.image_set import ImageFolder
from vitscale.models.checkpoint.load import Checkpoint
from vitscale.models.defaults import LEAST_AGREEMENT
from vitscale.models.export.inputs import batches
from vitscale.models.export.onnx_file import INPUT, OUTPUT, open_session
from vitscale.models.labels import true_labels

Graph = tuple[Path, str]


@dataclass(frozen=True)
class Cost:
    """Comparison of a variant with the float32 graph of the same model on the same images.

    Attributes
    ----------
    images : int
        Number of images.
    top1_agreement : float
        Share of images with the same first class.
    max_logit_difference, mean_logit_difference : float
        Maximum and mean of the absolute differences.
    labelled : int
        Images in a folder named like one of the labels.
    accuracy, fp32_accuracy : float or None
        Share of the labelled images with their label, by the variant and by float32; None without any.
    """

    images: int
    top1_agreement: float
    max_logit_difference: float
    mean_logit_difference: float
    labelled: int
    accuracy: float | None
    fp32_accuracy: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the comparison in the form of a model folder's record."""
        return asdict(self)


def measure(
    checkpoint: Checkpoint,
    labels: Sequence[str],
    reference: Graph,
    candidate: Graph,
    images: ImageFolder,
) -> Cost:
    """Compare a variant with the float32 graph of the same model on the same images.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model; its image processor prepares the images.
    labels : sequence of str
        Label texts by class number; a folder with such a name labels its images.
    reference, candidate : tuple of Path and str
        ONNX file and input type ("float32" or "uint8") of the float32 graph and of the variant.
    images : ImageFolder
        Images; all of them are used.
    """
    expected = _logits(checkpoint, reference, images)
    found = _logits(checkpoint, candidate, images)
    difference = np.abs(found - expected)
    top1, top1_found = expected.argmax(axis=1), found.argmax(axis=1)
    truth = np.array(true_labels(images.files, labels))
    known = truth >= 0
    labelled = int(known.sum())
    return Cost(
        images=len(truth),
        top1_agreement=float((top1 == top1_found).mean()),
        max_logit_difference=float(difference.max()),
        mean_logit_difference=float(difference.mean()),
        labelled=labelled,
        accuracy=float((top1_found == truth)[known].mean()) if labelled else None,
        fp32_accuracy=float((top1 == truth)[known].mean()) if labelled else None,
    )


def refuse_if_too_high(cost: Cost, name: str, variant: str) -> None:
    """Raise an error if a variant gives more than 1 % of the images another class than float32.

    Raises
    ------
    ModelError
        If it does; the message has the option to write it anyway.
    """
    if cost.top1_agreement >= LEAST_AGREEMENT:
        return
    raise ModelError(
        f"{variant} keeps fp32's class for {cost.top1_agreement:.1%} of {cost.images} images; expected at "
        f"least {LEAST_AGREEMENT:.0%}. Nothing was written for {name}. Measure it on your own images with "
        "--images DIR, or write it anyway with --force."
    )


def _logits(checkpoint: Checkpoint, graph: Graph, images: ImageFolder) -> NDArray[np.float32]:
    path, input_type = graph
    session = open_session(path)
    return np.concatenate(
        [session.run([OUTPUT], {INPUT: batch})[0] for batch in batches(checkpoint, images, input_type)]
    )
