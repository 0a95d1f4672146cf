"""The messages between a batcher and its JVM, see Scala's ``vitscale.python.BatcherFrames``."""

from __future__ import annotations

import json
import math
import struct
from asyncio import StreamReader
from typing import Any

from vitscale.images.inputs import EngineImage, Pixels

_CLASSIFY, _CANCEL, _FLUSH = 1, 2, 3
_FILE, _PATH, _PIXELS = 0, 1, 2
_DEFAULT = -(2**31)
"""Stands for the default number of labels."""
_REQUEST = struct.Struct(">BqifBiii")
_SHORT = struct.Struct(">Bq")
_RESULT = struct.Struct(">qi")


def classify_frame(
    number: int, image: EngineImage, top_k: int | None, threshold: float | None
) -> tuple[bytes, bytes]:
    """Return the header and the content of a request.

    Parameters
    ----------
    number : int
        Its id on this connection.
    image : str, bytes or Pixels
        The image.
    top_k : int or None
        Number of labels; None for the default.
    threshold : float or None
        Smallest score of a label; None for none.
    """
    width = height = 0
    match image:
        case Pixels(width=width, height=height, data=content):
            form = _PIXELS
        case str():
            form, content = _PATH, image.encode()
        case _:
            form, content = _FILE, image
    least = math.nan if threshold is None else threshold
    count = _DEFAULT if top_k is None else max(top_k, _DEFAULT + 1)
    header = _REQUEST.pack(_CLASSIFY, number, count, least, form, width, height, len(content))
    return header, content


def cancel_frame(number: int) -> bytes:
    """Return the message that cancels a request."""
    return _SHORT.pack(_CANCEL, number)


def flush_frame(number: int) -> bytes:
    """Return the message whose result, ``{}``, comes when all requests before it are in the queue."""
    return _SHORT.pack(_FLUSH, number)


async def read_result(stream: StreamReader) -> tuple[int, dict[str, Any]]:
    """Read a result: the id of its request, and ``{"labels"}`` or ``{"error", "exception"}``.

    Raises
    ------
    asyncio.IncompleteReadError
        At the end of the connection.
    """
    number, length = _RESULT.unpack(await stream.readexactly(_RESULT.size))
    return number, json.loads(await stream.readexactly(length))
