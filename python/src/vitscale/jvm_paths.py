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
    try:
        path.encode()
    except UnicodeEncodeError:
        return Path(path).absolute().as_uri()
    return path
