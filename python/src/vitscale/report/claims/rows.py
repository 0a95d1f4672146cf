"""Lost images: the published logs count fewer rows than files; how many rows the runs here have."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.claims.published import published
from vitscale.report.ledger import Account, ledger
from vitscale.report.summary import Summary
from vitscale.results import units


def rows_sentence(summaries: Sequence[Summary]) -> str:
    """Return the counts of the publication and of the runs here, in two sentences."""
    rows = published().rows
    theirs = (
        f"The published Spark logs count {rows.least:,} to {rows.most:,} rows for {rows.files:,} files "
        "and do not name the missing ones."
    )
    ours = [
        account
        for summary in summaries
        for account in ledger(summary)
        if account.label.partition(" ")[0] == "spark-nlp"
    ]
    if not ours:
        return f"{theirs} Spark NLP was not measured here."
    return f"{theirs} Here {'; '.join(dict.fromkeys(map(_said, ours)))}."


def _said(account: Account) -> str:
    return (
        f"{account.label} predicted {account.predicted:,} of {units.plural(account.files, 'file')}, "
        f"{account.failed:,} failed with a reason, {account.lost:,} were lost"
    )
