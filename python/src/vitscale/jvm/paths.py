"""Converts paths for a JVM, which expects text: a name that is not valid UTF-8 becomes a URI."""

from __future__ import annotations

from pathlib import Path


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


def is_utf_8(path: str | Path) -> bool:
    """Tell whether a path is valid UTF-8, as a JVM requires."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
