"""Collections of images: recognises them, and splits them into chunks while streaming."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from vitscale.errors import ImageError, UsageError
from vitscale.images.inputs.engine_image import (
    EngineImage,
    engine_image,
    is_buffer,
    is_missing,
    named,
    row_of,
)
from vitscale.images.inputs.pixels import Pixels, is_array, is_tensor

_CHUNK = 64
"""Images in one call of the JVM; enough to keep every core busy."""

_CHUNK_BYTES = 64 * 1024**2
"""Size in bytes after which a chunk is full."""


@dataclass(frozen=True)
class Given:
    """An input image.

    Attributes
    ----------
    name : str
        Name in messages.
    content : str, bytes, Pixels or ImageError
        Input of the JVM, or the error of this image.
    """

    name: str
    content: EngineImage | ImageError


def images_of(images: Any) -> Iterable[Any] | None:
    """Return the images of a collection; None for a single image or another object.

    A one-dimensional array (also a pandas column) is a collection if its elements can be images. Bytes,
    files, Pillow images and rows are one image, although Python can iterate over them.

    Raises
    ------
    UsageError
        If it is a table.
    """
    if isinstance(images, str | bytes | os.PathLike | Image.Image) or row_of(images) is not None:
        return None
    if hasattr(images, "columns"):
        raise UsageError(f"Got a whole table ({type(images).__name__}); give one column of it, as a list.")
    if is_array(images):
        return _elements(images)
    if callable(getattr(images, "read", None)) or is_buffer(images):
        return None
    is_sequence = hasattr(images, "__getitem__") and hasattr(images, "__len__")  # a PyTorch dataset
    return images if isinstance(images, Iterable) or (is_sequence and not isinstance(images, type)) else None


def chunks(images: Iterable[Any], is_single: bool = False) -> Iterator[list[Given]]:
    """Split images into lists for one call of the JVM each, with at most 64 images or 64 MiB.

    Parameters
    ----------
    images : iterable
        Read only as far as the next chunk needs.
    is_single : bool
        Whether there is only one image, so that messages name no position.

    Raises
    ------
    UsageError
        At the first object that is not an image.
    """
    chunk: list[Given] = []
    size = 0
    for position, image in enumerate(images if isinstance(images, Iterable) else _by_index(images)):
        given = _given(image, None if is_single else position)
        if chunk and (len(chunk) == _CHUNK or size + _bytes_of(given) > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(given)
        size += _bytes_of(given)
    if chunk:
        yield chunk


def _given(image: Any, position: int | None) -> Given:
    name = named(image, position)
    if position is not None and is_missing(image):
        return Given(name, ImageError("It holds no image: the value is missing."))
    try:
        return Given(name, engine_image(image))
    except ImageError as error:
        return Given(name, error)
    except UsageError as error:
        raise UsageError(str(error) if position is None else f"images[{position}]: {error}") from error


def _bytes_of(given: Given) -> int:
    match given.content:
        case bytes(content):
            return len(content)
        case Pixels(data=data):
            return len(data)
        case _:
            return 0


def _elements(array: Any) -> Iterable[Any] | None:
    kind = getattr(array.dtype, "kind", "O")  # polars columns have no kind
    if len(array.shape) != 1 or is_tensor(array) or kind in "biufcmMV":
        return None
    if kind == "S":
        raise UsageError(
            f"Got an array of type {array.dtype}, which drops zero bytes at the end of each image. "
            "Give a list of bytes, or an array with dtype=object."
        )
    elements: Iterable[Any] = array
    return elements


def _by_index(images: Sequence[Any]) -> Iterator[Any]:
    return (images[place] for place in range(len(images)))
