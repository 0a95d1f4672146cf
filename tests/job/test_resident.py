"""The slope of resident memory and its interval, on series whose truth is known."""

import os

import numpy as np
import pytest

from tests.job.resident import Sampler, slope


def series(growth: float, memory: float, seed: int, count: int = 600) -> list[tuple[float, float]]:
    """A line with noise in which each sample remembers so much of the last one."""
    rng = np.random.default_rng(seed)
    noise = np.zeros(count)
    for number in range(1, count):
        noise[number] = memory * noise[number - 1] + rng.normal()
    return [(float(x), 400 + growth * x + noise[x]) for x in range(count)]


@pytest.mark.parametrize("memory", [0.0, 0.9])
def test_the_interval_holds_the_true_slope_about_as_often_as_it_says(memory: float) -> None:
    hits = sum(
        found.low <= 0.01 <= found.high
        for found in (slope(series(0.01, memory, seed)) for seed in range(100))
    )
    assert hits >= 85  # 95 expected of 100; with independent residuals 0.9 would give about 35


def test_growth_is_told_from_noise() -> None:
    assert slope(series(0.05, 0.9, 1)).low > 0
    assert slope(series(0.0, 0.9, 2)).low < 0 < slope(series(0.0, 0.9, 2)).high


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="10 samples"):
        slope(series(1, 0, 0, count=10))


def test_the_sampler_sees_memory_that_is_taken() -> None:
    sampler = Sampler(os.getpid(), every=0.01)
    sampler.start()
    taken = np.ones(30 << 20, dtype=np.uint8)
    while len(sampler.samples) < 20:
        pass
    found = sampler.stop()
    del taken
    assert max(rss for _, rss in found) - found[0][1] > 20 or found[0][1] > 100
