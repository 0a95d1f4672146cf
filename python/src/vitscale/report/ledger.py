"""Was every image accounted for? What each backend predicted, refused and lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from vitscale.report.row import Row
from vitscale.report.summary import Summary


@dataclass(frozen=True)
class Account:
    """The ledger of a backend over all its runs.

    Attributes
    ----------
    label : str
        Name for the reader.
    files, predicted : int
        Of the run that predicted the fewest.
    reasons : dict
        Why images failed -> how many.
    lost : int
        Files neither predicted nor failed.
    row_id : str
        Where the ledgers are in the results.
    """

    label: str
    files: int
    predicted: int
    reasons: dict[str, int]
    lost: int
    row_id: str

    @property
    def failed(self) -> int:
        """Images that failed."""
        return sum(self.reasons.values())


def ledger(summary: Summary) -> list[Account]:
    """Return the account of each backend that ran at all."""
    return [account for row in summary.rows if (account := _account(row)) is not None]


def _account(row: Row) -> Account | None:
    ledgers = [
        (f"{cell.row_id}.runs[{number}].ledger", run["ledger"])
        for cell in row.cells
        for number, run in enumerate(cell.benchmark["runs"])
    ]
    if not ledgers:
        return None
    path, worst = min(ledgers, key=lambda pair: pair[1]["predicted"])
    reasons = Counter(failure["reason"] for failure in row.failed)
    return Account(row.label, worst["files"], worst["predicted"], dict(reasons.most_common()), row.lost, path)
