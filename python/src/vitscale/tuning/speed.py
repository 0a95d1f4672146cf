"""How fast candidates classify image files, end to end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vitscale.inference.vit import ViT
from vitscale.results.stats import median_interval
from vitscale.tuning.candidates import Candidate

BATCH_SIZES = (1, 2, 4, 8)
FIRST_BATCH = 2
ROUNDS = 5


@dataclass(frozen=True)
class Setting:
    """A candidate with batch size and threads."""

    candidate: Candidate
    batch_size: int = FIRST_BATCH
    threads: int = 0

    def __str__(self) -> str:
        """Return its name for people."""
        threads = f", {self.threads} threads" if self.threads else ""
        return f"{self.candidate}, batch size {self.batch_size}{threads}"


@dataclass(frozen=True)
class Speed:
    """Images per second: the median, and its 95 % interval over interleaved rounds where there are any."""

    median: float
    low: float | None = None
    high: float | None = None


def warm_up(vit: ViT, batch_size: int, files: Sequence[Path]) -> None:
    """Set the batch size and classify a few files: its plan is made then, and code is warm."""
    vit.batch_size = batch_size
    vit.classify(files[: 2 * batch_size], top_k=1)


def rate(vit: ViT, batch_size: int, files: Sequence[Path], seconds: float) -> float:
    """Classify files again and again for some time; return images per second.

    Parameters
    ----------
    vit : ViT
        The open model.
    batch_size : int
        Images of one forward pass.
    files : sequence of Path
        Images that can all be decoded.
    seconds : float
        Least duration; the last pass over the files is finished.
    """
    warm_up(vit, batch_size, files)
    done, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        vit.classify(files, top_k=1)
        done += len(files)
    return done / passed


def sweep(
    model: Path, candidate: Candidate, files: Sequence[Path], seconds: float, cores: int
) -> dict[Setting, float]:
    """Try batch sizes and threads of a candidate; return images per second of each."""
    found = {}
    for threads in {0, cores} - {1}:
        with candidate.open(model, threads) as vit:
            for size in BATCH_SIZES:
                found[Setting(candidate, size, threads)] = rate(vit, size, files, seconds)
    return found


def contest(model: Path, settings: Sequence[Setting], files: Sequence[Path], seconds: float) -> list[Speed]:
    """Measure settings in turns, so that a slow moment of the machine meets all of them."""
    opened = [one.candidate.open(model, one.threads) for one in settings]
    try:
        rounds = [
            [rate(vit, one.batch_size, files, seconds) for vit, one in zip(opened, settings, strict=True)]
            for _ in range(ROUNDS)
        ]
    finally:
        for vit in opened:
            vit.close()
    return [_speed(values) for values in zip(*rounds, strict=True)]


def _speed(values: Sequence[float]) -> Speed:
    found = Speed(sorted(values)[len(values) // 2])
    ends = median_interval(values)
    return found if ends is None else replace(found, low=ends[0], high=ends[1])
