"""A wall-clock budget: work that does not fit is left out and reported."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Budget:
    """Time that a benchmark may take, starting now.

    Parameters
    ----------
    seconds : float or None
        Length of the budget; None for no limit.
    clock : callable
        Returns monotonic seconds.
    """

    def __init__(self, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._start = clock()

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._start

    @property
    def left(self) -> float:
        """Seconds that are left; infinite without a limit."""
        return math.inf if self.seconds is None else self.seconds - self.spent

    def allows(self, seconds: float, share: float = 1.0) -> bool:
        """Tell whether ``seconds`` more stay within ``share`` of the budget."""
        return self.seconds is None or self.spent + seconds <= self.seconds * share

    def explain(self, seconds: float) -> str:
        """Return the reason why work of ``seconds`` was left out."""
        return (
            f"it needs about {seconds:.0f} s (estimated from earlier runs), "
            f"and {self.spent:.0f} of the {self.seconds or 0:.0f} s of the budget are spent"
        )


UNLIMITED = Budget(None)
