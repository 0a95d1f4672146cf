"""Converts one image of any form for the JVM."""

from __future__ import annotations

import inspect
import io
import math
import os
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from PIL import Image

from vitscale.errors import ImageError
from vitscale.images.inputs.pixels import Pixels, is_array, of_array, of_pillow
from vitscale.images.inputs.text import LARGEST_FILE, file_of
from vitscale.images.inputs.wording import path_shown, reason_of, refused, shortened

ImageLike: TypeAlias = Any
"""One image in a form of :func:`engine_image`; the types have no common base."""

EngineImage: TypeAlias = "str | bytes | Pixels"
"""Input of the JVM: the path of a file, the bytes of an encoded file, or pixels."""


def engine_image(image: ImageLike) -> EngineImage:
    """Convert one image of any form for the JVM's engine.

    Parameters
    ----------
    image : object
        A path (``str`` or ``os.PathLike``); the bytes of an image file (``bytes`` or any buffer of bytes); a
        binary file object, read from its current position; a Pillow image; an array or tensor of uint8 with
        the shape [height, width, 3] or [height, width]; a mapping with ``image``, ``bytes`` or ``path``, as
        rows of Hugging Face's ``datasets`` are; an element of a PyArrow column of those.

    Raises
    ------
    ImageError
        If the form is supported but the image fails: its file is missing, Pillow cannot load it, ...
    UsageError
        If the form is not supported; the message lists the forms.
    """
    if isinstance(image, str | os.PathLike):
        return file_of(os.fsdecode(image))
    if callable(as_python := getattr(image, "as_py", None)):  # an element of a column of PyArrow
        return engine_image(as_python())
    if isinstance(image, Image.Image):
        return of_pillow(image)
    if is_array(image) and not isinstance(image, bytes):  # numpy.bytes_ also has a dtype and a shape
        return of_array(image)
    if is_buffer(image) or callable(getattr(image, "read", None)):
        return _encoded(image)
    if (row := row_of(image)) is not None:
        return _of_row(row)
    raise refused(described(image))


def single_image(image: ImageLike) -> EngineImage:
    """Convert a single image, and name it in errors.

    Raises
    ------
    ImageError
        As in :func:`engine_image`.
    UsageError
        As in :func:`engine_image`.
    """
    try:
        return engine_image(image)
    except ImageError as error:
        raise ImageError(f"{named(image)}: {error}") from error


def named(image: ImageLike, position: int | None = None) -> str:
    """Return the name of an image in messages: its path, else its type and position."""
    if isinstance(image, str | os.PathLike):
        return path_shown(os.fsdecode(image))
    kind = type(image).__name__
    return f"The image given as {kind}" if position is None else f"images[{position}], given as {kind}"


def described(thing: object) -> str:
    """Return a description of an object for an error message."""
    if thing is None:
        return "None"
    if isinstance(thing, bool | int | float | complex):
        return f"{type(thing).__name__} {thing}"
    if isinstance(thing, Mapping):
        keys = ", ".join(map(str, thing))
        return f"A {type(thing).__name__} with the keys {shortened(keys) or '(none)'}"
    return f"A {type(thing).__name__}"


def is_buffer(thing: object) -> bool:
    """Tell whether an object is a buffer: ``bytes``, ``bytearray``, ``memoryview``, ``mmap``, ..."""
    try:
        memoryview(thing).release()  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        return False
    return True


def is_missing(thing: object) -> bool:
    """Tell whether an element of a column is a missing value: None, NaN, pandas' NA, a null of PyArrow."""
    if callable(as_python := getattr(thing, "as_py", None)):
        thing = as_python()
    is_nan = isinstance(thing, float | np.floating) and math.isnan(thing)
    return thing is None or is_nan or type(thing).__name__ in ("NAType", "NaTType")  # pandas is no dependency


def row_of(thing: object) -> Mapping[Any, Any] | None:
    """Return a mapping, or a Spark row as one; None for anything else."""
    if isinstance(thing, Mapping):
        return thing
    as_dict = getattr(thing, "asDict", None)
    row = as_dict() if callable(as_dict) and isinstance(thing, tuple) else None
    return row if isinstance(row, Mapping) else None


def _of_row(row: Mapping[Any, Any]) -> EngineImage:
    known = [name for name in ("image", "bytes", "path") if name in row]
    if not known:
        raise refused(described(row))
    for name in known:  # `datasets` leaves either bytes or path empty
        if not is_missing(row[name]):
            if name == "bytes" and not is_buffer(row[name]):
                raise refused(f"A dict whose bytes are {described(row[name])}")
            return engine_image(row[name])
    verb = "is" if len(known) == 1 else "are"
    raise ImageError(f"It holds no image: {' and '.join(known)} {verb} missing.")


def _content(file: Any) -> memoryview:
    """Return the content of a file object from its current position."""
    if isinstance(file, io.TextIOBase):
        raise refused("A file in text mode", "Open it with mode 'rb'.")
    try:
        content = file.read()
    except Exception as error:  # closed files, archives and networks raise various classes
        raise ImageError(f"It cannot be read: {reason_of(error)}.") from error
    if not is_buffer(content):
        if inspect.iscoroutine(content):
            content.close()
        raise refused(f"A file object whose read() returns {described(content)}", "It must return bytes.")
    if len(content) == 0:
        raise ImageError("Its read() returns no bytes: it is empty, or already at its end (call seek(0)).")
    return memoryview(content)


def _buffer(thing: Any) -> memoryview:
    view = memoryview(thing)
    if view.ndim != 1 or view.itemsize != 1:
        what = f"A {type(thing).__name__} of {view.ndim} dimensions and {view.itemsize} bytes an item"
        raise refused(what, "A file's bytes have one dimension and one byte an item.")
    return view


def _encoded(image: Any) -> bytes:
    """Return the bytes of an image file; a memory map counts as a buffer although it has a read()."""
    content = _buffer(image) if is_buffer(image) else _content(image)
    if len(content) > LARGEST_FILE:
        raise ImageError(f"It has {len(content):,} bytes; the limit is {LARGEST_FILE:,}.")
    return bytes(content)
