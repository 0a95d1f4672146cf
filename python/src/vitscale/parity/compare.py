"""Compares the pixels, logits and first classes of two backends, joined by file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vitscale.backends.base import Outputs
from vitscale.backends.spec import BackendSpec
from vitscale.errors import ParityError
from vitscale.results.schema import Parity


def distinct(backends: Sequence[BackendSpec]) -> list[BackendSpec]:
    """Return the backends that can give different labels, without the options that only change speed."""
    bare = (one.without_speed_options() for one in backends)
    return list({str(one): one for one in bare}.values())


def compare_pairs(outputs: Mapping[str, Outputs]) -> list[Parity]:
    """Compare every backend with those before it.

    Parameters
    ----------
    outputs : mapping of str to Outputs
        Pixels, logits and first classes of each backend.
    """
    return [
        compare(backend, outputs[backend], reference, outputs[reference])
        for reference, backend in combinations(outputs, 2)
    ]


def compare(backend: str, one: Outputs, reference: str, other: Outputs) -> Parity:
    """Compare two backends on the images that both predicted.

    Returns
    -------
    Parity
        The names of both; ``images``, the number compared; ``top1_agreement``, the share of images with the
        same first class (two classes may have one label text); ``top5_agreement``, the share with the same
        top 5 classes in any order (all classes if there are fewer); ``max_logit_difference``;
        ``max_pixel_difference`` of the resized 8-bit RGB values; ``differing_pixels``, the share of these
        values that differ.

    Raises
    ------
    ParityError
        If they have no image in common, or their pixels or logits differ in shape.
    """
    common = [file for file in one.files if file in set(other.files)]
    if not common:
        raise ParityError(
            "The two backends have no predicted image in common, so there is nothing to compare."
        )
    here, there = _rows(one, common), _rows(other, common)
    for what in ("logits", "pixels"):
        first, second = getattr(one, what).shape[1:], getattr(other, what).shape[1:]
        if first != second:
            raise ParityError(f"The {what} of the two backends have different shapes: {first} and {second}.")
    logits = np.abs(one.logits[here] - other.logits[there])
    pixels = np.abs(one.pixels[here].astype(np.int16) - other.pixels[there].astype(np.int16))
    same = [one.label_ids[i] == other.label_ids[j] for i, j in zip(here, there, strict=True)]
    return {
        "backend": backend,
        "reference": reference,
        "images": len(common),
        "top1_agreement": sum(same) / len(same),
        "top5_agreement": _same_first(one.logits[here], other.logits[there]),
        "max_logit_difference": float(logits.max()),
        "max_pixel_difference": int(pixels.max()),
        "differing_pixels": float((pixels > 0).mean()),
    }


def _same_first(one: NDArray[np.float32], other: NDArray[np.float32], count: int = 5) -> float:
    """Return the share of rows whose ``count`` largest values have the same indices, in any order."""
    places = [np.sort(np.argsort(-logits, axis=1)[:, :count], axis=1) for logits in (one, other)]
    return float((places[0] == places[1]).all(axis=1).mean())


def _rows(outputs: Outputs, files: Sequence[str]) -> list[int]:
    position = {file: row for row, file in enumerate(outputs.files)}
    return [position[file] for file in files]
