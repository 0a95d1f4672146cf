"""Shortens the error messages of other libraries to one line."""

from __future__ import annotations

import re

LONGEST = 200
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`'\"(\[])")


def first_line(message: str) -> str:
    """Return the first line of a message; a Java trace follows in the others."""
    return next(iter(message.strip().splitlines()), "")


def first_sentence(error: BaseException) -> str:
    """Return the first sentence of an error's message, on one line, with a full stop at its end.

    Parameters
    ----------
    error : BaseException
        The error; its class name replaces an empty message.

    Returns
    -------
    str
        At most about `LONGEST` characters.
    """
    words = " ".join(str(error).split())
    sentence = _SENTENCE_END.split(words, maxsplit=1)[0] if words else type(error).__name__
    if len(sentence) > LONGEST:
        sentence = sentence[:LONGEST].rsplit(" ", 1)[0] + " ..."
    return sentence if sentence.endswith((".", "!", "?")) else sentence + "."
