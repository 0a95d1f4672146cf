"""Reads ``spark-defaults.conf``, whose format is that of ``java.util.Properties.load``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from vitscale.errors import UsageError
from vitscale.jvm.spark_release import spark_jars

_FILE = "spark-defaults.conf"
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_SEPARATOR = re.compile(r"(?<!\\)(?:\\\\)*(?P<between>[ \t\f]*[=:][ \t\f]*|[ \t\f]+)")
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)


def configuration_folder() -> Path:
    """Return the folder of Spark's settings: ``SPARK_CONF_DIR``, else ``conf`` of this package's Spark."""
    chosen = os.environ.get("SPARK_CONF_DIR")
    return Path(chosen) if chosen else spark_jars().parent / "conf"


def default_settings() -> dict[str, str]:
    """Return the settings of ``spark-defaults.conf``; none without the file.

    Raises
    ------
    UsageError
        If the file is unreadable.
    """
    file = configuration_folder() / _FILE
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file} cannot be read: {error}. Correct it, or set another SPARK_CONF_DIR."
        ) from error
    return parse(text)


def parse(text: str) -> dict[str, str]:
    """Return the keys and values of a text in Java's format for properties.

    A blank, ``=`` or ``:`` ends a key; ``#`` and ``!`` start a comment; a backslash at the end of a line
    joins the next line.
    """
    found = {}
    for line in _logical_lines(text):
        separator = _SEPARATOR.search(line)
        key, value = (
            (line[: separator.start("between")], line[separator.end() :]) if separator else (line, "")
        )
        found[_plain(key)] = _plain(value).strip()  # Spark trims the values (Utils.getPropertiesFromFile)
    return found


def _logical_lines(text: str) -> Iterator[str]:
    """Yield the lines without comments, with continued lines joined."""
    begun = ""
    for line in re.split(r"\r\n|\r|\n", text):
        stripped = line.lstrip(" \t\f")
        if not begun and (not stripped or stripped[0] in "#!"):
            continue
        begun += stripped
        if (len(begun) - len(begun.rstrip("\\"))) % 2:
            begun = begun[:-1]
            continue
        yield begun
        begun = ""
    if begun:
        yield begun


def _plain(text: str) -> str:
    """Undo the escapes of a key or a value."""

    def meant(escape: re.Match[str]) -> str:
        code = escape.group(1)
        return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPES.get(code, code)

    return _ESCAPED.sub(meant, text)
