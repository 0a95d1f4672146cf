"""Ctrl-C, with what it left in the results file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vitscale.bench.recorder import Recorder


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in the middle of a measurement.

    Attributes
    ----------
    kept : int
        Finished processes or rounds in the results file. The same command does not measure them again.
    """

    def __init__(self, kept: int) -> None:
        super().__init__()
        self.kept = kept


@contextmanager
def counting(recorders: Sequence[Recorder]) -> Iterator[None]:
    """Add to Ctrl-C how many processes the last of the recorders has in its file that has any.

    Raises
    ------
    Interrupted
        In place of KeyboardInterrupt.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(next((one.kept for one in reversed(recorders) if one.kept), 0)) from None
