"""The published benchmark, checked claim by claim against results measured here."""

from vitscale.report.claims.check import Check, check_claims, is_shown
from vitscale.report.claims.published import Published, published
from vitscale.report.claims.rows import rows_sentence
from vitscale.report.claims.timings import ComparedTiming, compared_timings
from vitscale.report.claims.verdict import verdict_sentences

__all__ = [
    "Check",
    "ComparedTiming",
    "Published",
    "check_claims",
    "compared_timings",
    "is_shown",
    "published",
    "rows_sentence",
    "verdict_sentences",
]
