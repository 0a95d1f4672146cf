"""The figures of an evaluation as text: one row for each precision."""

from __future__ import annotations

from vitscale.evaluation.evaluated import Evaluated
from vitscale.evaluation.scores import Share
from vitscale.tuning.loss import Loss

COLUMNS = ("precision", "top-1 %", "loss in points", "top-5 %", "images/s")


def cells(one: Evaluated) -> tuple[str, ...]:
    """Return the cells of a precision, in the order of `COLUMNS`, with 95 % intervals."""
    return (
        f"{one.precision} ({one.runtime})",
        _share(one.scores.top1),
        "reference" if one.loss is None else _points(one.loss),
        _share(one.scores.top5),
        "" if one.images_per_sec is None else f"{one.images_per_sec:.1f}",
    )


def _share(share: Share) -> str:
    return f"{100 * share.value:.1f} ({100 * share.low:.1f} to {100 * share.high:.1f})"


def _points(loss: Loss) -> str:
    return f"{100 * loss.value:+.2f} ({100 * loss.low:+.2f} to {100 * loss.high:+.2f})"
