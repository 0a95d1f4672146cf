"""The locale of a JVM: Java encodes file names in the locale's encoding, and only UTF-8 can encode all.

In many containers a variable names a UTF-8 locale that is not installed; Java then falls back to ASCII. So
this module checks with the C library whether the locale exists.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping

EVERYWHERE = "C.UTF-8"
"""UTF-8 locale without a language, which glibc 2.35 and later, musl and most distributions have."""
EXECUTOR_LOCALE = "spark.executorEnv.LC_ALL"
"""The setting that passes it to executors."""

_IN_UTF_8 = (EVERYWHERE, "en_US.UTF-8")
_LC_CTYPE_MASK = 1  # LC_CTYPE is category 0 in locale.h of glibc and musl; newlocale takes 1 << category


def utf_8_locale(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the locale for ``LC_ALL`` with which Java encodes file names in UTF-8.

    Returns
    -------
    str or None
        ``C.UTF-8`` if the system has it; None if none is needed or available.
    """
    if sys.platform != "linux":
        return None  # Java on macOS always uses UTF-8
    named = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    candidates = (*_IN_UTF_8, *((named,) if "utf" in named.lower() else ()))
    return next(filter(_is_installed, candidates), None)


def _is_installed(name: str) -> bool:
    library = ctypes.CDLL(None)
    library.newlocale.restype = ctypes.c_void_p
    library.newlocale.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p]
    library.freelocale.argtypes = [ctypes.c_void_p]
    found = library.newlocale(_LC_CTYPE_MASK, name.encode(), None)
    if found:
        library.freelocale(found)
    return bool(found)
