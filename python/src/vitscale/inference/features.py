"""Features of images, chunk by chunk, from the JVM's classifier."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitscale.errors import ImageError
from vitscale.images.inputs import Given, ImageLike, chunks, images_of
from vitscale.images.transport import for_java
from vitscale.inference.answers import failure_of, raise_first
from vitscale.jvm.bridge import java_errors


def features_of(
    classifier: Any,
    images: ImageLike | Iterable[ImageLike],
    kind: str,
    batch_size: int,
    on_error: str,
    *,
    more: Sequence[ImageError] = (),
) -> NDArray[np.float32]:
    """Return the features of one image or of several.

    Parameters
    ----------
    classifier : py4j proxy
        The JVM's ``vitscale.python.PythonClassifier``.
    images : an image, or an iterable of images
        As for ``ViT.classify``, without folders.
    kind : "pooled" or "normalized"
        Whether the features are divided by their L2 norm.
    batch_size : int
        Images of one forward pass.
    on_error : "raise" or "nan"
        Whether an image that fails raises, or gets a row of NaN.
    more : sequence of ImageError
        Failures that are known before; their rows come last.

    Returns
    -------
    ndarray of float32, shape [images, width]

    Raises
    ------
    ImageError
        If an image cannot be read, unless `on_error` is ``"nan"``.
    """
    several = images_of(images)
    parts: list[NDArray[np.float32]] = []
    failed: list[ImageError] = []
    for chunk in chunks([images] if several is None else several, several is None):
        rows, errors = _chunk(classifier, chunk, kind, batch_size)
        parts.append(rows)
        failed += errors
    if not parts:  # no image: the model still knows the width
        parts.append(_chunk(classifier, [], kind, batch_size)[0])
    parts.append(np.full((len(more), parts[0].shape[1]), np.nan, np.float32))
    if on_error == "raise":
        raise_first([*failed, *more], sum(len(part) for part in parts))
    return np.concatenate(parts)


def _chunk(
    classifier: Any, images: Sequence[Given], kind: str, batch_size: int
) -> tuple[NDArray[np.float32], list[ImageError]]:
    """Return the features of a few images, with rows of NaN for those that fail, and the errors."""
    readable = [place for place, one in enumerate(images) if not isinstance(one.content, ImageError)]
    failed = {
        place: failure_of(one, one.content)
        for place, one in enumerate(images)
        if isinstance(one.content, ImageError)
    }
    sent = [images[place].content for place in readable]
    with for_java(sent) as (contents, shapes), java_errors():  # type: ignore[arg-type]
        found = classifier.features(contents, shapes, kind, batch_size)
        errors, width = json.loads(found.errors()), found.width()
        values = np.frombuffer(found.values(), "<f4").reshape(len(sent), width)
    rows = np.full((len(images), width), np.nan, np.float32)
    rows[readable] = values
    for place, reason in zip(readable, errors, strict=True):
        if reason is not None:
            failed[place] = failure_of(images[place], reason)
    return rows, [failed[place] for place in sorted(failed)]
