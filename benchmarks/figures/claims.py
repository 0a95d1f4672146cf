"""The published claims and what our results say of them, as a table."""

from __future__ import annotations

from pathlib import Path

from vitscale.report.claims import Check, check_claims, verdict_sentences
from vitscale.report.summary import summarise_results
from vitscale.report.text_table import markdown_table
from vitscale.results import units
from vitscale.results.document import load_results

_COLUMNS = ("published claim", "images", "claimed", "measured here", "verdict")
_WORDS = frozenset({0, 1, 4})


def table(path: Path) -> str:
    """Return a table of the claims that a results file tests."""
    checks = check_claims([summarise_results(load_results(path))])
    return markdown_table(_COLUMNS, [_cells(one) for one in checks if one.ratio is not None], _WORDS)


def verdict(path: Path) -> str:
    """Return what became of the claim that gave the published benchmark its title."""
    summaries = [summarise_results(load_results(path))]
    return verdict_sentences(check_claims(summaries), summaries)


def _cells(check: Check) -> list[str]:
    claim, interval = check.claim, units.ratio_interval(check.ci)
    ours = f"{units.ratio(check.ratio)} ({interval})" if interval else units.ratio(check.ratio)
    return [claim.statement, claim.images, units.ratio(claim.ratio), ours, check.outcome]
