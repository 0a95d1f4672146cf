"""Paths on their way to a JVM, which takes text: a name that is not valid UTF-8 goes as its URI."""

from __future__ import annotations

from pathlib import Path


def jvm_path(path: str) -> str:
    """Return the text by which the JVM opens a file or a folder.

    Parameters
    ----------
    path : str
        A path or a URI. Python holds bytes that are not UTF-8 as lone surrogates (``os.fsdecode``).

    Returns
    -------
    str
        The same text; the ``file:`` URI, which keeps every byte, where the text is not UTF-8.
    """
    return path if is_utf_8(path) else Path(path).absolute().as_uri()


def is_utf_8(path: str | Path) -> bool:
    """Tell whether a path is text in UTF-8, which it must be to be sent to a JVM."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
