from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vitscale.bench.stats import summarise, with_figures


def test_figures_of_known_values() -> None:
    assert summarise([5.0, 1.0, 3.0]) == {"median": 3.0, "mad": 2.0, "min": 1.0, "max": 5.0, "count": 3}


@given(st.lists(st.floats(0.001, 1e6), min_size=1))
def test_figures_stay_inside_the_values(values: list[float]) -> None:
    figures = summarise(values)
    assert figures["min"] <= figures["median"] <= figures["max"]
    assert figures["median"] == median(values)
    assert 0 <= figures["mad"] <= figures["max"] - figures["min"]


def benchmark(*iterations: tuple[str, int, float], batch_size: int = 4) -> dict:
    named = [{"phase": phase, "images": images, "seconds": seconds} for phase, images, seconds in iterations]
    return {"batch_size": batch_size, "runs": [{"iterations": named}]}


def test_only_measurements_count_and_the_last_batch_may_be_short() -> None:
    row = with_figures(benchmark(("warmup", 10, 100.0), ("measurement", 10, 5.0)))
    assert row["samples_per_sec"]["median"] == pytest.approx(2.0)
    assert row["step_time_ms"]["median"] == pytest.approx(5000 / 3)


def test_without_a_measurement_there_are_no_figures() -> None:
    row = with_figures(benchmark(("warmup", 10, 100.0)))
    assert row["samples_per_sec"] is None
    assert row["step_time_ms"] is None
