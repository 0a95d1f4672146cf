"""Named sets of backends: ``-b cpu`` stands for all of them, naive and tuned."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.backends.registry import BACKENDS

_NAIVE = tuple(BACKENDS)
_TUNED = tuple(variant for one in BACKENDS.values() for variant in one.tuned)
_GPU = tuple(variant for one in BACKENDS.values() for variant in one.gpu)
_ARTICLE = ("huggingface", "spark-nlp:engine=tensorflow", "spark-nlp:engine=tensorflow,onednn=true")

SETS: dict[str, tuple[str, ...]] = {
    "naive": _NAIVE,
    "tuned": _TUNED,
    "cpu": _NAIVE + _TUNED,
    "gpu": _GPU,
    "article": _ARTICLE,
}
"""Untuned, tuned, both; on a GPU, untuned and tuned; and those of the published CPU figures."""


def expand(names: Sequence[str]) -> list[str]:
    """Replace the name of a set by its backends."""
    return [backend for name in names for backend in SETS.get(name, (name,))]
