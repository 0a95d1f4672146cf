"""Do a backend's labels agree with the reference's? One of six verdicts, and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vitscale.backends.registry import spec_of
from vitscale.report.naming import options_of
from vitscale.results.schema import Benchmark, BenchmarkSuite, Parity

LOGIT_TOLERANCE = 1e-4
"""Largest logit difference that the order of float32 additions explains in a Vision Transformer."""
_SAME_PIXELS = 1
"""Largest pixel difference, of 255, that rounding explains."""


class Verdict(StrEnum):
    """Result of a comparison; the value is the word that the reader sees."""

    REFERENCE = "reference"
    EQUAL = "agrees"
    SAME_LABELS = "same labels"
    DIFFERS = "disagrees"
    NOT_JUDGED = "not judged"
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
    """A verdict and its reason.

    Attributes
    ----------
    verdict : Verdict
        One of six.
    reason : str
        One or two sentences.
    row_id : str
        Path of the comparison in the results, e.g. ``parity[2]``; empty where there is none.
    """

    verdict: Verdict
    reason: str
    row_id: str = ""


def has_random_weights(results: BenchmarkSuite) -> bool:
    """Tell whether the model of the results has random weights."""
    return results["workload"]["model"]["weights"] == "random"


def agreement_of(benchmark: Benchmark, results: BenchmarkSuite) -> Agreement:
    """Return what the parity rows say of a benchmark's backend.

    Notes
    -----
    Options that only change speed have no parity row of their own: ``spark-nlp`` speaks for it over py4j too.
    """
    rows = results["parity"]
    spec = spec_of(benchmark["backend"], benchmark["options"])
    if not spec.gives_answers:
        return Agreement(Verdict.NOT_COMPARED, "It runs the forward pass alone and gives no labels.")
    name = str(spec.without_speed_options())
    for index, row in enumerate(rows):
        if row["backend"] == name:
            return judge(row, f"parity[{index}]", random_weights=has_random_weights(results))
    if any(row["reference"] == name for row in rows):
        return Agreement(Verdict.REFERENCE, "The other backends are compared with it.")
    return Agreement(Verdict.NOT_COMPARED, "Its labels were not compared with a reference.")


def judge(row: Parity, row_id: str = "", *, random_weights: bool = False) -> Agreement:
    """Return the verdict on one comparison.

    Parameters
    ----------
    row : Parity
        The comparison.
    row_id : str
        Its path in the results.
    random_weights : bool
        Whether the model has random weights. Their logits lie so close together that lower precision changes
        the first label of some images, so that nothing follows for a trained model.
    """
    images, reference = row["images"], row["reference"]
    same = round(row["top1_agreement"] * images)
    if row["top1_agreement"] < 1:
        if random_weights and _has_lower_precision(row):
            reason = (
                f"{same} of {images} images get {reference}'s first label. Random weights cannot show "
                "whether lower precision keeps the labels of a trained model."
            )
            return Agreement(Verdict.NOT_JUDGED, reason, row_id)
        reason = f"Only {same} of {images} images get {reference}'s first label."
        return Agreement(Verdict.DIFFERS, reason, row_id)
    logits = f"logits differ by {row['max_logit_difference']:.2g} at most"
    reason = f"All {images} images compared get {reference}'s first label; {logits}."
    is_equal = row["max_logit_difference"] <= LOGIT_TOLERANCE
    return Agreement(Verdict.EQUAL if is_equal else Verdict.SAME_LABELS, reason, row_id)


def _has_lower_precision(row: Parity) -> bool:
    """Tell whether lower precision alone sets a backend apart: its pixels are the reference's."""
    options = options_of(row["backend"])
    is_lower = options.get("precision", "fp32") != "fp32" or options.get("dtype", "float32") != "float32"
    return is_lower and row["max_pixel_difference"] <= _SAME_PIXELS
