"""The published benchmark, checked claim by claim against results measured here."""

from vitscale.report.claims.check import Check, check_claims
from vitscale.report.claims.figures import Figure, published_figures
from vitscale.report.claims.published import Published, published
from vitscale.report.claims.rows import rows_sentence

__all__ = ["Check", "Figure", "Published", "check_claims", "published", "published_figures", "rows_sentence"]
