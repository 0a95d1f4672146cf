"""What a lossy variant of a model costs: agreement with float32, and accuracy where labels are known."""

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
    """A variant beside the float32 graph of the same model, on the same images.

    Attributes
    ----------
    images : int
        How many.
    top1_agreement : float
        Share that get the same class.
    max_logit_difference, mean_logit_difference : float
        Of the absolute differences.
    labelled : int
        Images in a folder called as one of the labels.
    accuracy, fp32_accuracy : float or None
        Share of the labelled images that get their label, by the variant and by float32; None without any.
    """

    images: int
    top1_agreement: float
    max_logit_difference: float
    mean_logit_difference: float
    labelled: int
    accuracy: float | None
    fp32_accuracy: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it for a model folder's record."""
        return asdict(self)


def measure(
    checkpoint: Checkpoint,
    labels: Sequence[str],
    reference: Graph,
    candidate: Graph,
    images: ImageFolder,
) -> Cost:
    """Run a variant and the float32 graph of one model over the same images.

    Parameters
    ----------
    checkpoint : Checkpoint
        Whose image processor prepares the images.
    labels : sequence of str
        By class number; an image below a folder of this name is labelled with it.
    reference, candidate : tuple of Path and str
        Two ONNX files, in float32 and lossy, and what each takes: "float32" or "uint8".
    images : ImageFolder
        All of them are used.
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
    """Refuse a variant that gives another class than float32 to more than 1 % of the images.

    Raises
    ------
    ModelError
        Which tells how to have it nevertheless.
    """
    if cost.top1_agreement >= LEAST_AGREEMENT:
        return
    raise ModelError(
        f"{variant} gives {cost.top1_agreement:.1%} of {cost.images} images the class that fp32 gives them; "
        f"at least {LEAST_AGREEMENT:.0%} are needed. Nothing was written for {name}. Measure it on images of "
        "your own with --images DIR, or take it as it is with --force."
    )


def _logits(checkpoint: Checkpoint, graph: Graph, images: ImageFolder) -> NDArray[np.float32]:
    path, input_type = graph
    session = open_session(path)
    return np.concatenate(
        [session.run([OUTPUT], {INPUT: batch})[0] for batch in batches(checkpoint, images, input_type)]
    )
