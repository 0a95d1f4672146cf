"""The account of all images: how many each backend predicted, failed and lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
        Counts of the run that predicted the fewest.
    reasons : dict
        Reason of a failure -> number of images.
    lost : int
        Files neither predicted nor failed.
    row_id : str
        Path of the ledger in the results.
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


def fold(accounts: Sequence[Account]) -> list[Account]:
    """Return the accounts with those that are equal but for the backend joined."""
    alike: dict[tuple[object, ...], list[Account]] = {}
    for one in accounts:
        key = (one.files, one.predicted, one.lost, *one.reasons.items())
        alike.setdefault(key, []).append(one)
    return [replace(same[0], label=", ".join(one.label for one in same)) for same in alike.values()]


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
