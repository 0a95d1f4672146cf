"""The change of one cell between two results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vitscale.results.schema import Interval


class Verdict(StrEnum):
    """Verdict on a cell; the value is the text for the reader."""

    SLOWER = "slower"
    FASTER = "faster"
    SAME = "no measurable difference"
    WITHIN_THRESHOLD = "slower, within the threshold"
    UNSURE = "too few forks"
    BROKEN = "fails now"
    MENDED = "works now"
    FAILING = "still fails"
    GONE = "no longer measured"
    NEW = "new"


REGRESSIONS = frozenset({Verdict.SLOWER, Verdict.BROKEN})
"""Verdicts with which a comparison fails."""


@dataclass(frozen=True)
class Change:
    """A cell in the old and the new results.

    Attributes
    ----------
    label : str
        Backend and options, for the reader.
    device : str
        ``"cpu"`` or ``"gpu"``.
    batch_size : int
        Images in a batch.
    verdict : Verdict
        Verdict.
    old_rate, new_rate : float or None
        Median images per second.
    ratio : float or None
        New over old: the ratio of the medians of forks.
    ci : Interval or None
        95 % interval of the ratio; None with too few forks.
    drop : bool
        Whether the ratio is below the threshold, measurable or not.
    old_p99_ms, new_p99_ms : float or None
        99th percentile of latency, in single-stream.
    old_memory_bytes, new_memory_bytes : int or None
        Peak memory.
    old_row, new_row : str
        Path in the two results; empty if it is missing there.
    problem : str
        Reason why it fails now.
    """

    label: str
    device: str
    batch_size: int
    verdict: Verdict
    old_rate: float | None = None
    new_rate: float | None = None
    ratio: float | None = None
    ci: Interval | None = None
    drop: bool = False
    old_p99_ms: float | None = None
    new_p99_ms: float | None = None
    old_memory_bytes: int | None = None
    new_memory_bytes: int | None = None
    old_row: str = ""
    new_row: str = ""
    problem: str = ""
