"""Int8 for oneDNN: how activations become 8-bit codes, measured on images and written beside the weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vitscale.errors import ModelError
from vitscale.images.image_set import ImageFolder, decodable_sample
from vitscale.jvm.bridge import java_errors, python_api
from vitscale.models import manifest
from vitscale.models.defaults import LEAST_AGREEMENT
from vitscale.models.json_file import read_object
from vitscale.models.labels import read_labels, true_labels
from vitscale.system import model_files
from vitscale.system.atomic_write import check_writable

_FEWEST_TO_DIVIDE = 64
"""With fewer images than these, all of them calibrate and all of them check."""


@dataclass(frozen=True)
class Calibrated:
    """What a calibration wrote, and what int8 costs.

    Attributes
    ----------
    file : Path
        The scales, inside the model folder.
    images, checks : int
        Images that gave the scales, and images that measured the loss.
    agreement : float
        Share of the checks that keep the first label of fp32.
    smoothed : bool
        Whether loud channels were smoothed (SmoothQuant), because that came nearer to fp32.
    exact_blocks : tuple of int
        Blocks of the encoder that stay without 8-bit codes, because they lost too much.
    blocks : int
        All blocks.
    labelled : int
        Checks in a folder called as one of the labels.
    accuracy, fp32_accuracy : float or None
        Share of these that get their label; None without any.
    """

    file: Path
    images: int
    checks: int
    agreement: float
    smoothed: bool
    exact_blocks: tuple[int, ...]
    blocks: int
    labelled: int
    accuracy: float | None
    fp32_accuracy: float | None


def calibrate(model: Path, images: Path, *, count: int = 256, force: bool = False) -> Calibrated:
    """Measure the scales of an int8 model, and write them if the model keeps its labels.

    Parameters
    ----------
    model : Path
        Model folder, as ``vitscale export`` writes it; its checkpoint's weights are read.
    images : Path
        Folder of images like those that the model will classify. Class folders give an accuracy as well.
    count : int
        Images to take, evenly spread; half of them give the scales, the others measure the loss.
    force : bool
        Write the scales even if fewer than 99 % of the images keep their label.

    Raises
    ------
    UsageError
        If there is no image that can be decoded.
    ModelError
        If the model folder lacks a file, or int8 loses more than 1 % of the labels.
    OutputError
        If the model folder cannot be written.
    """
    check_writable(model / model_files.CALIBRATION)
    is_random = manifest.require(model).get("weights") == "random"
    scales, checks = _divided(images, count)
    with java_errors():
        found = python_api().calibrate(
            str(model.absolute()),
            [str(path) for path in scales.paths],
            [str(path) for path in checks.paths],
            0.0 if is_random else LEAST_AGREEMENT,
        )
        facts = json.loads(found.describe())
    if facts["agreement"] < LEAST_AGREEMENT and not (force or is_random):
        raise ModelError(
            f"int8 gives {facts['agreement']:.1%} of {len(checks.files)} images the label that fp32 gives "
            f"them; expected at least {LEAST_AGREEMENT:.0%}. Nothing was written. Give more images of your "
            "own with --images and --count, or take it as it is with --force."
        )
    with java_errors():
        file = Path(found.write())
    labels = read_labels(read_object(model / model_files.CONFIG, "Export the model again."), str(model))
    truth = true_labels(checks.files, labels)
    return Calibrated(
        file=file,
        images=len(scales.files),
        checks=len(checks.files),
        agreement=facts["agreement"],
        smoothed=facts["smoothed"],
        exact_blocks=tuple(facts["exact_blocks"]),
        blocks=facts["blocks"],
        labelled=sum(number >= 0 for number in truth),
        accuracy=_accuracy(facts["labels"], truth),
        fp32_accuracy=_accuracy(facts["exact_labels"], truth),
    )


def _divided(place: Path, count: int) -> tuple[ImageFolder, ImageFolder]:
    """Return images for the scales and images for the checks."""
    some = decodable_sample(place, count)
    if len(some.files) < _FEWEST_TO_DIVIDE:
        return some, some
    return some.only(some.files[::2]), some.only(some.files[1::2])


def _accuracy(labels: Sequence[int], truth: Sequence[int]) -> float | None:
    known = [(label, right) for label, right in zip(labels, truth, strict=True) if right >= 0]
    return sum(label == right for label, right in known) / len(known) if known else None
