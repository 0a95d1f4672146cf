from itertools import pairwise
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vitscale.results.stats import interval, percentiles, summarise, verdict, with_figures

RATES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=20)


def test_figures_of_known_values() -> None:
    assert summarise([[5.0, 1.0, 3.0]]) == {
        "median": 3.0,
        "mad": 2.0,
        "min": 1.0,
        "max": 5.0,
        "count": 3,
        "ci": None,
    }


def test_a_fork_counts_once_however_many_iterations_it_has() -> None:
    figures = summarise([[1.0] * 50, [3.0], [4.0]])
    assert figures["median"] == 3.0
    assert figures["count"] == 52


@given(st.lists(RATES, min_size=1, max_size=5))
def test_figures_stay_inside_the_values(forks: list[list[float]]) -> None:
    figures = summarise(forks)
    assert figures["min"] <= figures["median"] <= figures["max"]
    assert 0 <= figures["mad"] <= figures["max"] - figures["min"]
    assert (figures["ci"] is None) == (len(forks) < 3)


@given(st.lists(st.floats(0.001, 1e6), min_size=3, max_size=15))
def test_an_interval_holds_the_median_and_stays_inside_the_values(values: list[float]) -> None:
    found = interval(values)
    assert found is not None
    ends = [min(values), found["low"], median(values), found["high"], max(values)]
    assert all(low <= high * (1 + 1e-12) for low, high in pairwise(ends))
    assert found == interval(values)


def test_intervals_cover_the_true_median_about_as_often_as_they_say() -> None:
    draws = np.random.default_rng(7).lognormal(0.0, 0.1, size=(200, 15))
    covered = [found["low"] <= 1.0 <= found["high"] for row in draws if (found := interval(list(row)))]
    assert 0.88 <= sum(covered) / len(covered) <= 0.995


def test_the_verdict_needs_an_interval_beyond_one_and_beyond_the_noise() -> None:
    noise = {"low": 0.97, "high": 1.02}
    assert verdict(None, noise) == "too few forks"
    assert verdict({"low": 1.03, "high": 1.2}, noise) == "faster"
    assert verdict({"low": 1.01, "high": 1.2}, noise) == "no measurable difference"
    assert verdict({"low": 1.01, "high": 1.2}, None) == "faster"
    assert verdict({"low": 0.8, "high": 0.96}, noise) == "slower"
    assert verdict({"low": 0.8, "high": 0.98}, noise) == "no measurable difference"
    assert verdict({"low": 0.9, "high": 1.1}, None) == "no measurable difference"


def benchmark(*runs: dict, batch_size: int = 4) -> dict:
    return {"batch_size": batch_size, "error": None, "runs": list(runs)}


def run(*iterations: tuple[str, int, float], **fields: int) -> dict:
    named = [{"phase": phase, "images": images, "seconds": seconds} for phase, images, seconds in iterations]
    return {"iterations": named, **fields}


def test_only_measurements_count_and_the_last_batch_may_be_short() -> None:
    row = with_figures(benchmark(run(("warmup", 10, 100.0), ("measurement", 10, 5.0))))
    assert row["samples_per_sec"]["median"] == pytest.approx(2.0)
    assert row["step_time_ms"]["median"] == pytest.approx(5000 / 3)


def test_the_sweep_does_not_count_beside_later_forks() -> None:
    sweep = run(("measurement", 10, 1.0), fork=0)
    later = [run(("measurement", 10, seconds), fork=n) for n, seconds in ((1, 2.0), (2, 2.5), (3, 4.0))]
    assert with_figures(benchmark(sweep))["samples_per_sec"]["median"] == pytest.approx(10.0)
    assert with_figures(benchmark(sweep, *later))["samples_per_sec"]["median"] == pytest.approx(4.0)


def test_without_a_measurement_or_with_an_error_there_are_no_figures() -> None:
    error = {"type": "ProcessError", "message": "gone"}
    for row in (
        benchmark(run(("warmup", 10, 100.0))),
        {**benchmark(run(("measurement", 10, 1.0))), "error": error},
    ):
        figures = with_figures(row)
        assert figures["samples_per_sec"] is None
        assert figures["step_time_ms"] is None


def test_latencies_of_all_forks_make_one_distribution() -> None:
    first = run(("measurement", 2, 0.5), fork=1)
    second = run(("measurement", 2, 0.5), fork=2)
    first["iterations"][0]["latencies_ms"] = [1.0, 2.0]
    second["iterations"][0]["latencies_ms"] = [3.0, 4.0]
    assert with_figures(benchmark(first, second))["latency_ms"] == percentiles([1.0, 2.0, 3.0, 4.0])
    assert percentiles([float(value) for value in range(1, 12)])["p90"] == pytest.approx(10.0)
