"""Samples what a process has in memory, and says with what certainty it grows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import psutil
from scipy.stats import theilslopes

CONFIDENCE = 0.95
MIB = 1 << 20
_RESAMPLES = 2000
_MIN_BLOCKS = 8


class Sampler(threading.Thread):
    """Notes a process's resident memory now and then, until it ends.

    Parameters
    ----------
    pid : int
        The process.
    position : callable
        Tells where the process is, for the first column: seconds by default.
    every : float
        Seconds between two samples.

    Attributes
    ----------
    samples : list of tuple of float
        Position and resident memory in MiB.
    """

    def __init__(self, pid: int, position: Callable[[], float] | None = None, every: float = 1.0) -> None:
        super().__init__(daemon=True)
        began = time.monotonic()
        self.samples: list[tuple[float, float]] = []
        self._process = psutil.Process(pid)
        self._position = position or (lambda: time.monotonic() - began)
        self._every = every
        self._stopped = threading.Event()

    def run(self) -> None:
        with suppress(psutil.Error):
            while not self._stopped.wait(self._every):
                self.samples.append((self._position(), self._process.memory_info().rss / MIB))

    def stop(self) -> list[tuple[float, float]]:
        """End, and return the samples."""
        self._stopped.set()
        self.join()
        return self.samples


@dataclass(frozen=True)
class Slope:
    """How a series grows for each unit of its first column.

    Attributes
    ----------
    value : float
        Theil-Sen's median of the slopes between all pairs, which a few jumps do not move.
    low, high : float
        95 % interval; neighbours resemble each other, so blocks of residuals are drawn, not single ones
        (moving block bootstrap; Kuensch, Annals of Statistics 17, 1989).
    block : int
        Samples of a block.
    """

    value: float
    low: float
    high: float
    block: int


def slope(samples: Sequence[tuple[float, float]], seed: int = 0) -> Slope:
    """Return the slope of a series and its interval.

    Raises
    ------
    ValueError
        If there are fewer than 32 samples, or all have one position.
    """
    x, y = np.asarray(samples, dtype=float).T
    if len(x) < 32 or np.ptp(x) == 0:
        raise ValueError(f"{len(x)} samples over {np.ptp(x):g}; a slope wants 32 at different places")
    value, intercept, *_ = theilslopes(y, x)
    residuals = y - (intercept + value * x)
    block = _block_length(residuals)
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, len(x) - block + 1, size=(_RESAMPLES, -(-len(x) // block)))
    drawn = residuals[(starts[:, :, None] + np.arange(block)).reshape(_RESAMPLES, -1)[:, : len(x)]]
    centred = x - x.mean()
    spread = drawn @ centred / (centred @ centred)  # least squares, which is linear and so fast
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(spread - spread.mean(), [tail, 100 - tail])
    return Slope(float(value), float(value + low), float(value + high), block)


def _block_length(residuals: np.ndarray) -> int:
    """Return a length over which residuals forget each other: three times the lag at which 1/e is left."""
    centred = residuals - residuals.mean()
    longest = len(residuals) // _MIN_BLOCKS
    variance = centred @ centred
    lags = range(1, longest)
    forgotten = (lag for lag in lags if centred[:-lag] @ centred[lag:] < variance / np.e)
    return int(min(longest, max(3 * next(forgotten, longest), round(len(residuals) ** (1 / 3)))))
