"""One look at each candidate: its first classes and a first speed, from the same pass over the images."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from vitscale.errors import ModelError, VitscaleError
from vitscale.inference.vit import ViT
from vitscale.models.calibration import calibrate
from vitscale.system import model_files
from vitscale.tuning.candidates import Candidate
from vitscale.tuning.speed import FIRST_BATCH, warm_up


@dataclass(frozen=True)
class Look:
    """What the first pass over the images gave.

    Attributes
    ----------
    classes : list of int
        Number of the first class of each image.
    images_per_sec : float
        Speed with the first batch size.
    """

    classes: list[int]
    images_per_sec: float


def look_at_all(
    model: Path,
    named: Sequence[Candidate],
    images: Path,
    files: Sequence[Path],
    *,
    seconds: float,
    say: Callable[[str], None],
) -> tuple[dict[Candidate, Look], dict[Candidate, str]]:
    """Open each candidate once; return what was seen of those that run here, and why the others do not.

    A model without scales for int8 on oneDNN is calibrated first.

    Parameters
    ----------
    model : Path
        Model folder.
    named : sequence of Candidate
        Candidates to try.
    images : Path
        Folder of images for the calibration.
    files : sequence of Path
        Images that can all be decoded.
    seconds : float
        Least duration of the timed pass of each.
    say : callable
        Takes a line of progress.

    Raises
    ------
    ModelError
        If none of them runs here.
    """
    looks, refused = {}, {}
    for number, one in enumerate(named, 1):
        say(f"{number} of {len(named)}: {one}")
        seen = look_or_reason(model, one, images, files, seconds=seconds, say=say)
        if isinstance(seen, Look):
            looks[one] = seen
        else:
            refused[one] = seen
    if not looks:
        raise ModelError(f"Nothing runs {model} here: {next(iter(refused.values()))}")
    return looks, refused


def look_or_reason(
    model: Path,
    one: Candidate,
    images: Path,
    files: Sequence[Path],
    *,
    seconds: float,
    say: Callable[[str], None],
) -> Look | str:
    """Open a candidate and look at it; return the reason if it does not run here."""
    try:
        if one == Candidate("onednn", "int8") and not (model / model_files.CALIBRATION).is_file():
            say("calibrating int8")
            calibrate(model, images)
        with one.open(model) as vit:
            seen = look_at(vit, files, seconds)
    except VitscaleError as error:
        say(f"{one} is left out: {error}")
        return str(error)
    say(f"{one}: {seen.images_per_sec:.1f} images/s")
    return seen


def look_at(vit: ViT, files: Sequence[Path], seconds: float) -> Look:
    """Warm up, then classify all files until some time has passed; keep the classes of the first pass."""
    warm_up(vit, FIRST_BATCH, files)
    start = time.perf_counter()
    answers = cast(list[list[dict[str, int]]], vit.classify(files, top_k=1))
    done = len(files)
    while (passed := time.perf_counter() - start) < seconds:
        vit.classify(files, top_k=1)
        done += len(files)
    return Look([answer[0]["label_id"] for answer in answers], done / passed)


def fp32_classes(looks: dict[Candidate, Look], refused: dict[Candidate, str]) -> list[int]:
    """Return the classes in fp32, which the loss of all candidates is measured against.

    Raises
    ------
    ModelError
        If no runtime computes fp32 here.
    """
    for one, look in looks.items():
        if one.precision == "fp32":
            return look.classes
    reasons = "; ".join(f"{one}: {reason}" for one, reason in refused.items() if one.precision == "fp32")
    raise ModelError(f"The loss is measured against fp32, and no runtime computes it here. {reasons}")
