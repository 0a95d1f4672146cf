"""Texts as images: paths are accepted; URLs, data URIs and base64 are rejected."""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from vitscale.errors import ImageError
from vitscale.images.inputs.wording import reason_of, refused, shortened

LARGEST_FILE = 2**31 - 9
"""Largest size of a JVM array, in bytes."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")
_OF_THIS_PROCESS = ("/dev/", "/proc/")
_LONGEST_PATH = 4096  # Linux's PATH_MAX
_SHORTEST_BASE64 = 40  # every image file is longer


def file_of(path: str) -> str | bytes:
    """Return the path of an image file if the JVM can read it, else the file's bytes.

    The JVM reads regular files with ASCII names in parallel. Python reads the others: their names depend on
    the JVM's encoding, and files below ``/dev`` and ``/proc`` can differ between processes.

    Parameters
    ----------
    path : str
        A path, with surrogates for bytes that are not UTF-8, or a ``file:`` URI.

    Raises
    ------
    ImageError
        If the file is missing, a folder, a device, larger than 2 GiB, or unreadable.
    UsageError
        If the text is empty, a URL, a data URI or a base64 text.
    """
    if not path:
        raise refused("An empty text")
    try:
        status = os.stat(path)  # noqa: PTH116 - pathlib drops a name's trailing slash and "."
    except (OSError, ValueError) as error:
        if path.startswith("file:") and (local := url2pathname(urlsplit(path).path)) and local != path:
            return file_of(local)
        _refuse_other_texts(path)
        raise ImageError(f"It cannot be read: {reason_of(error)}.") from error
    if stat.S_ISDIR(status.st_mode):
        raise ImageError("It is a folder. Give a folder alone to ViT.classify, for all images in it.")
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
        raise ImageError("It is not a regular file.")
    if status.st_size > LARGEST_FILE:
        raise ImageError(f"The file has {status.st_size:,} bytes; the limit is {LARGEST_FILE:,}.")
    whole = _absolute(path)
    if stat.S_ISREG(status.st_mode) and whole.isascii() and not whole.startswith(_OF_THIS_PROCESS):
        return whole
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ImageError(f"It cannot be read: {reason_of(error)}.") from error


def _absolute(path: str) -> str:
    """Return the absolute path; ``..`` stays, since after a link it names another folder."""
    try:
        return os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118
    except OSError:  # the working directory was deleted; relative paths still work in it
        return "/proc/self/cwd/" + path


def _refuse_other_texts(text: str) -> None:
    if _URL.match(text):
        raise refused(f"A URL ({shortened(text)})", "Download it first; ViTScale opens no connection.")
    if text.startswith("data:") or _is_base64(text):
        kind = "data URI" if text.startswith("data:") else "base64 text"
        raise refused(f"A {kind} ({shortened(text)})", "Decode it first with base64.b64decode.")


def _is_base64(text: str) -> bool:
    """Tell whether a text is an image file in base64, or base64 text longer than any path."""
    head = "".join(text[:400].splitlines())[:64].translate(str.maketrans("-_", "+/"))
    try:
        start = base64.b64decode(head[: len(head) // 4 * 4], validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(text) > _LONGEST_PATH or (len(text) >= _SHORTEST_BASE64 and start.startswith(_SIGNATURES))
