"""Converts paths for a JVM, which expects text: a name that is not valid UTF-8 becomes a URI."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes


def jvm_path(path: str) -> str:
    """Return the text with which the JVM opens a file or a folder.

    Parameters
    ----------
    path : str
        A path or a URI. Python represents bytes that are not UTF-8 as lone surrogates (``os.fsdecode``).

    Returns
    -------
    str
        The same text, or, if it is not UTF-8, the ``file:`` URI, which keeps every byte.
    """
    return path if is_utf_8(path) else Path(path).absolute().as_uri()


_URI = "file://"


def jvm_name(file: str, root: str | Path) -> str:
    """Return the text by which the JVM benchmark knows an image of a folder.

    Parameters
    ----------
    file : str
        Its path below the root.
    root : str or Path
        The folder, absolute.

    Returns
    -------
    str
        The same path; the ``file:`` URI of the file where that path is not UTF-8.
    """
    return file if is_utf_8(file) else jvm_path(str(Path(root) / file))


def from_jvm_name(name: str, root: str | Path) -> str:
    """Return the path below the root of an image that the JVM benchmark names: the way back."""
    if not name.startswith(f"{_URI}/"):  # no path below a folder has several slashes side by side
        return name
    path = os.fsdecode(unquote_to_bytes(name.removeprefix(_URI)))
    return str(Path(path).relative_to(root))


def is_utf_8(path: str | Path) -> bool:
    """Tell whether a path is valid UTF-8, as a JVM requires."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
