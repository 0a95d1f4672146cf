"""Notation of a backend with its options in results: ``NAME`` or ``NAME:KEY=VALUE,KEY=VALUE``."""

from __future__ import annotations

from collections.abc import Mapping

FORWARD_ALONE = "forward"
"""The backend that runs the forward pass alone, on tensors in memory: an upper limit, not a classifier."""


def notation(name: str, options: Mapping[str, str | int | bool]) -> str:
    """Return the notation of a backend and those of its options that differ from their defaults."""
    listed = ",".join(f"{key}={str(value).lower()}" for key, value in options.items())
    return f"{name}:{listed}" if listed else name
