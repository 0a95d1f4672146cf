"""Reads the CPU's properties on Linux; other systems report none."""

from __future__ import annotations

import platform
from functools import lru_cache
from pathlib import Path

_FILE = Path("/proc/cpuinfo")


@lru_cache(maxsize=1)
def cpu_info() -> dict[str, str]:
    """Return the properties of the first core by name; empty on other systems."""
    if not _FILE.exists():
        return {}
    first_core = _FILE.read_text().split("\n\n", maxsplit=1)[0]
    lines = (line.partition(":") for line in first_core.splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}


def cpu_features() -> frozenset[str]:
    """Return the instruction sets by Linux's names: ``avx512_vnni``, ``asimd``."""
    info = cpu_info()
    return frozenset((info.get("flags") or info.get("Features") or "").split())


def cpu_name() -> str:
    """Return the processor's name, or its architecture where the system does not tell it."""
    return cpu_info().get("model name") or platform.processor() or platform.machine()
