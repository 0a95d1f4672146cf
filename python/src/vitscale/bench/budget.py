"""A wall-clock budget: what fits is run, what was left out is said."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Budget:
    """Time that a benchmark may take, from now on.

    Parameters
    ----------
    seconds : float or None
        All of it; None is without limit.
    clock : callable
        Seconds that only go forward.
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
        """Seconds that are not spent; infinite without a limit."""
        return math.inf if self.seconds is None else self.seconds - self.spent

    def allows(self, seconds: float, share: float = 1.0) -> bool:
        """Tell whether so many seconds more stay within a share of the budget."""
        return self.seconds is None or self.spent + seconds <= self.seconds * share

    def explain(self, seconds: float) -> str:
        """Say why something of so many seconds was left out."""
        return (
            f"it would take about {seconds:.0f} s (an estimate from the runs before), "
            f"and {self.spent:.0f} of the budget's {self.seconds or 0:.0f} s are spent"
        )


UNLIMITED = Budget(None)
