"""The published claims and what our results say of them, as a table."""

from __future__ import annotations

from vitscale.report.claims import Check, check_claims, verdict_sentences
from vitscale.report.summary import Summary
from vitscale.report.tables import ratio_entry
from vitscale.report.text_table import markdown_table
from vitscale.results import units

_COLUMNS = ("published claim", "images", "claimed", "measured here", "verdict")
_WORDS = frozenset({0, 1, 4})


def table(summary: Summary) -> str:
    """Return a table of the claims that results test."""
    checks = check_claims([summary])
    return markdown_table(_COLUMNS, [_cells(one) for one in checks if one.ratio is not None], _WORDS)


def verdict(summary: Summary) -> str:
    """Return what became of the claim that gave the published benchmark its title."""
    return verdict_sentences(check_claims([summary]), [summary])


def _cells(check: Check) -> list[str]:
    claim, ours = check.claim, str(ratio_entry(check.ratio, check.ci))
    return [claim.statement, claim.images, units.ratio(claim.ratio), ours, check.outcome]
