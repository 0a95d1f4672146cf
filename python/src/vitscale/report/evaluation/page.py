"""The page of an evaluation: one file, without scripts, that needs no network."""

from __future__ import annotations

from vitscale.evaluation.evaluate import Evaluation
from vitscale.report.evaluation.matrix import matrix_of
from vitscale.report.evaluation.mistakes import worst_mistakes
from vitscale.report.html import render_page

_MOST_CLASSES = 100
"""Classes of the table, those with the lowest recall first."""


def evaluation_page(evaluation: Evaluation) -> str:
    """Return the page. Classes, confusions and pictures are of the first precision."""
    reference = evaluation.results[0]
    seen = [one for one in reference.scores.classes if one.recall is not None]
    classes = sorted(seen, key=lambda one: (one.recall or 0.0, one.class_id))
    return render_page(
        "evaluation.html",
        evaluation=evaluation,
        reference=reference,
        classes=classes[:_MOST_CLASSES],
        more_classes=max(0, len(classes) - _MOST_CLASSES),
        matrix=matrix_of(reference.scores),
        mistakes=worst_mistakes(evaluation, reference),
    )
