"""Do a backend's answers agree with the reference's? One of five words, and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vitscale.backends.spec import BackendSpec
from vitscale.results.schema import Benchmark, Parity

LOGIT_TOLERANCE = 1e-4
"""Largest logit difference that the order of float32 additions explains in a Vision Transformer."""


class Verdict(StrEnum):
    """What a comparison found; the value is what the reader sees."""

    REFERENCE = "reference"
    EQUAL = "agrees"
    SAME_LABELS = "same labels"
    DIFFERS = "disagrees"
    NOT_COMPARED = "not compared"

    @property
    def mark(self) -> str:
        """A sign for those who do not see the colour."""
        return {"agrees": "✓", "same labels": "≈", "disagrees": "⚠"}.get(self.value, "")

    @property
    def marked(self) -> str:
        """The word with its sign."""
        return f"{self.mark} {self.value}".strip()


@dataclass(frozen=True)
class Agreement:
    """A verdict and why.

    Attributes
    ----------
    verdict : Verdict
        The word for it.
    reason : str
        One sentence.
    row_id : str
        Where the comparison is in the results, e.g. ``parity[2]``; empty where there is none.
    """

    verdict: Verdict
    reason: str
    row_id: str = ""


def agreement_of(benchmark: Benchmark, rows: Sequence[Parity]) -> Agreement:
    """Return what the parity rows say of a benchmark's backend.

    Notes
    -----
    Options that only change speed have no parity row of their own: ``spark-nlp`` speaks for it over py4j too.
    """
    spec = BackendSpec(benchmark["backend"], benchmark["options"])
    if not spec.gives_answers:
        return Agreement(Verdict.NOT_COMPARED, "It runs the model alone and labels nothing.")
    name = str(spec.without_speed_options())
    for index, row in enumerate(rows):
        if row["backend"] == name:
            return judge(row, f"parity[{index}]")
    if any(row["reference"] == name for row in rows):
        return Agreement(Verdict.REFERENCE, "The others are compared with it.")
    return Agreement(Verdict.NOT_COMPARED, "Nobody checked whether its answers are right.")


def judge(row: Parity, row_id: str = "") -> Agreement:
    """Return the verdict on one comparison."""
    images, reference = row["images"], row["reference"]
    same = round(row["top1_agreement"] * images)
    if row["top1_agreement"] < 1:
        reason = f"Only {same} of {images} images get the first label that {reference} gives."
        return Agreement(Verdict.DIFFERS, reason, row_id)
    logits = f"logits differ by {row['max_logit_difference']:.2g} at most"
    reason = f"All {images} images compared get {reference}'s first label; {logits}."
    is_equal = row["max_logit_difference"] <= LOGIT_TOLERANCE
    return Agreement(Verdict.EQUAL if is_equal else Verdict.SAME_LABELS, reason, row_id)
