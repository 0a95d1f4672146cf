"""Names for several backends at once: ``-b cpu`` asks for all of them, naive and tuned."""

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
"""As users write them, tuned, both; on a GPU, naive and tuned; and those of the published CPU figures."""


def expand(names: Sequence[str]) -> list[str]:
    """Put the backends of a set in the place of its name."""
    return [backend for name in names for backend in SETS.get(name, (name,))]
