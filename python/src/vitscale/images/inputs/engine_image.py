"""One function for one image: whatever form it has, to what the JVM takes."""

from __future__ import annotations

import inspect
import io
import os
from collections.abc import Mapping
from typing import Any, TypeAlias

from PIL import Image

from vitscale.errors import ImageError
from vitscale.images.inputs.pixels import Pixels, is_array, of_array, of_pillow
from vitscale.images.inputs.text import LARGEST_FILE, file_of
from vitscale.images.inputs.wording import path_shown, reason_of, refused, shortened

ImageLike: TypeAlias = Any
"""One image: see :func:`engine_image` for the forms. Their types have nothing in common."""

EngineImage: TypeAlias = "str | bytes | Pixels"
"""What the JVM takes: the path of a file that it reads, the bytes of an encoded file, or pixels."""


def engine_image(image: ImageLike) -> EngineImage:
    """Turn one image of any form into what the JVM's engine takes.

    Parameters
    ----------
    image : object
        A path (``str`` or ``os.PathLike``); the bytes of an image file (``bytes`` or any buffer of bytes); a
        binary file object, read from its position on; an image of Pillow; an array or tensor of uint8 with
        the shape [height, width, 3] or [height, width]; a mapping with ``image``, ``bytes`` or ``path``, as
        rows of Hugging Face's ``datasets`` are.

    Raises
    ------
    ImageError
        If the form is right and this image fails: its file is missing, Pillow cannot load it, ...
    UsageError
        If the form is none of these. The message lists them.
    """
    if isinstance(image, str | os.PathLike):
        return file_of(os.fsdecode(image))
    if isinstance(image, Image.Image):
        return of_pillow(image)
    if is_array(image) and not isinstance(image, bytes):  # numpy's own bytes have a dtype and a shape too
        return of_array(image)
    if is_buffer(image) or callable(getattr(image, "read", None)):
        return _encoded(image)
    if (row := row_of(image)) is not None:
        return _of_row(row)
    raise refused(described(image))


def single_image(image: ImageLike) -> EngineImage:
    """Do the same where only one image can be given, and name the image in the errors.

    Raises
    ------
    ImageError
        As :func:`engine_image`.
    UsageError
        As :func:`engine_image`.
    """
    try:
        return engine_image(image)
    except ImageError as error:
        raise ImageError(f"{named(image)}: {error}") from error


def named(image: ImageLike, position: int | None = None) -> str:
    """Return how messages name an image: by its path, else by its type and its place among the images."""
    if isinstance(image, str | os.PathLike):
        return path_shown(os.fsdecode(image))
    kind = type(image).__name__
    return f"The image given as {kind}" if position is None else f"images[{position}], given as {kind}"


def described(thing: object) -> str:
    """Return what something is, for a message that refuses it."""
    if thing is None:
        return "None"
    if isinstance(thing, bool | int | float | complex):
        return f"{type(thing).__name__} {thing}"
    if isinstance(thing, Mapping):
        keys = ", ".join(map(str, thing))
        return f"A {type(thing).__name__} with the keys {shortened(keys) or '(none)'}"
    return f"A {type(thing).__name__}"


def is_buffer(thing: object) -> bool:
    """Tell whether something holds memory: ``bytes``, ``bytearray``, ``memoryview``, ``mmap``, ..."""
    try:
        memoryview(thing).release()  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        return False
    return True


def row_of(thing: object) -> Mapping[Any, Any] | None:
    """Return a mapping, or a row of Spark as one; none for anything else."""
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
        if row[name] is not None:
            if name == "bytes" and not is_buffer(row[name]):
                raise refused(f"A dict whose bytes are {described(row[name])}")
            return engine_image(row[name])
    raise ImageError(f"It holds no image: {' and '.join(known)} {'is' if len(known) == 1 else 'are'} None.")


def _content(file: Any) -> memoryview:
    """Return what a file object holds from its position on."""
    if isinstance(file, io.TextIOBase):
        raise refused("A file in text mode", "Open it with mode 'rb'.")
    try:
        content = file.read()
    except Exception as error:  # closed, or of an archive or network that fails in its own way
        raise ImageError(f"It cannot be read: {reason_of(error)}.") from error
    if not is_buffer(content):
        if inspect.iscoroutine(content):
            content.close()
        raise refused(f"A file object whose read() gives {described(content)}", "It must give bytes.")
    if len(content) == 0:
        raise ImageError("Its read() gives no bytes: it is empty, or at its end already (then call seek(0)).")
    return memoryview(content)


def _buffer(thing: Any) -> memoryview:
    view = memoryview(thing)
    if view.ndim != 1 or view.itemsize != 1:
        what = f"A {type(thing).__name__} of {view.ndim} dimensions and {view.itemsize} bytes an item"
        raise refused(what, "A file's bytes have one dimension and one byte an item.")
    return view


def _encoded(image: Any) -> bytes:
    """Return the bytes of an image file; a memory map is a buffer and not a file, though it has a read()."""
    content = _buffer(image) if is_buffer(image) else _content(image)
    if len(content) > LARGEST_FILE:
        raise ImageError(f"It has {len(content):,} bytes; the limit is {LARGEST_FILE:,}.")
    return bytes(content)
