"""Whose answers changed: a backend that agreed with the reference and does not any more, or now does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitscale.report.agreement import Verdict, judge
from vitscale.report.naming import readable
from vitscale.results.schema import Parity

_RANK = {Verdict.EQUAL: 2, Verdict.SAME_LABELS: 1, Verdict.DIFFERS: 0}


@dataclass(frozen=True)
class AnswerChange:
    """A backend whose agreement with its reference is not what it was.

    Attributes
    ----------
    backend, reference : str
        For the reader.
    old, new : Verdict
        What the two results found.
    reason : str
        What the new results found, in one sentence.
    """

    backend: str
    reference: str
    old: Verdict
    new: Verdict
    reason: str

    @property
    def is_worse(self) -> bool:
        """Whether it agrees less."""
        return _RANK[self.new] < _RANK[self.old]


def answer_changes(old: Sequence[Parity], new: Sequence[Parity]) -> list[AnswerChange]:
    """Return the backends whose verdict changed, of those that both results compared."""
    before = {(row["backend"], row["reference"]): judge(row).verdict for row in old}
    found = []
    for row in new:
        was, now = before.get((row["backend"], row["reference"])), judge(row)
        if was and was is not now.verdict:
            names = readable(row["backend"]), readable(row["reference"])
            found.append(AnswerChange(*names, old=was, new=now.verdict, reason=now.reason))
    return found
