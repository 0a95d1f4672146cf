"""Passes images to the JVM: small ones over the gateway, large ones in a temporary file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from vitscale.images.inputs import EngineImage, Pixels

_LARGE = 16 * 1024**2
"""Size in bytes above which a file is used: py4j makes several base64 copies of each argument."""


@contextmanager
def for_java(images: Sequence[EngineImage]) -> Iterator[tuple[list[str | bytes], str]]:
    """Yield the two arguments of ``vitscale.PythonImages``.

    Parameters
    ----------
    images : sequence of str, bytes or Pixels

    Yields
    ------
    list of str or bytes
        Path or content of each image.
    str
        JSON: for each image ``[width, height]`` if the content is RGB pixels, or null if it is an image file.
    """
    with ExitStack() as files:
        contents = [_content(image, files) for image in images]
        shapes = [[image.width, image.height] if isinstance(image, Pixels) else None for image in images]
        yield contents, json.dumps(shapes)


def _content(image: EngineImage, files: ExitStack) -> str | bytes:
    content = image.data if isinstance(image, Pixels) else image
    if isinstance(content, str) or len(content) <= _LARGE:
        return content
    descriptor, name = tempfile.mkstemp(prefix="vitscale-image-")
    files.callback(os.unlink, name)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - already open
        file.write(content)
    return name
