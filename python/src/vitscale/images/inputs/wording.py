"""Wording of the messages about images: the list of forms, and printable, shortened texts."""

from __future__ import annotations

from unicodedata import category

from vitscale.errors import UsageError

_FORMS = (
    "a path, bytes, a binary file object, a Pillow image, "
    "a uint8 array (height, width, 3) or (height, width), or a dict with bytes or path"
)
_SHOWN = 40
_SHOWN_OF_PATH = 200
_ESCAPED = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, surrogates, and separators of lines and paragraphs."""


def printable(text: str) -> str:
    """Return a text in characters that every output can print, and in one line.

    Names in other encodings have lone surrogates, which UTF-8 cannot encode. Names that were read from a list
    can end in a line break.
    """
    return "".join(_escaped(sign) if category(sign) in _ESCAPED else sign for sign in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode()


def shortened(text: str) -> str:
    """Return the printable start of a text; a base64 text can have millions of characters."""
    return printable(text) if len(text) <= _SHOWN else f"{printable(text[:_SHOWN])}..."


def path_shown(path: str) -> str:
    """Return a path for messages; a long one is shortened in the middle."""
    if len(path) <= _SHOWN_OF_PATH:
        return printable(path)
    return f"{printable(path[: _SHOWN_OF_PATH // 4])}...{printable(path[-_SHOWN_OF_PATH // 2 :])}"


def refused(what: str, remedy: str = "") -> UsageError:
    """Return the error for an object that is not an image; it lists the forms.

    Parameters
    ----------
    what : str
        The given object, as the subject of a sentence.
    remedy : str
        What to do, as a sentence.
    """
    return UsageError(f"{what} is not an image: give {_FORMS}.{remedy and ' '}{remedy}")


def reason_of(error: BaseException) -> str:
    """Return the reason of an error in one line: the system's message, else the class and its message."""
    if isinstance(error, MemoryError):
        return "it needs more memory than available"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    message = " ".join(printable(str(error)).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
