"""Backends whose agreement with the reference changed between two results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitscale.report.agreement import Verdict, judge
from vitscale.report.naming import readable
from vitscale.results.schema import Parity

_RANK = {Verdict.EQUAL: 2, Verdict.SAME_LABELS: 1, Verdict.DIFFERS: 0}


@dataclass(frozen=True)
class AnswerChange:
    """A changed agreement of a backend with its reference.

    Attributes
    ----------
    backend, reference : str
        Names for the reader.
    old, new : Verdict
        Verdicts of the two results.
    reason : str
        Reason of the new verdict, in one sentence.
    """

    backend: str
    reference: str
    old: Verdict
    new: Verdict
    reason: str

    @property
    def is_worse(self) -> bool:
        """Whether the agreement is worse."""
        return _RANK[self.new] < _RANK[self.old]


def answer_changes(old: Sequence[Parity], new: Sequence[Parity]) -> list[AnswerChange]:
    """Return the backends with a changed verdict, of those in both results."""
    before = {(row["backend"], row["reference"]): judge(row).verdict for row in old}
    found = []
    for row in new:
        was, now = before.get((row["backend"], row["reference"])), judge(row)
        if was and was is not now.verdict:
            names = readable(row["backend"]), readable(row["reference"])
            found.append(AnswerChange(*names, old=was, new=now.verdict, reason=now.reason))
    return found
