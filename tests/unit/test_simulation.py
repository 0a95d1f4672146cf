"""The estimate against what must hold of any cluster."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vitscale.scaling import simulation
from vitscale.scaling.calibration import Calibration
from vitscale.scaling.cluster_spec import Fleet
from vitscale.scaling.simulation import estimate, split

STEADY = Calibration(
    task_rates=(0.2,),
    megapixels=(0.19,),
    decode_per_megapixel=0.02,
    start=(8.0,),
    executor_ready=(2.0,),
    task_overhead=0.01,
    dispatch=0.002,
    finish=1.5,
    listing_rate=50_000,
    side_by_side=(1.0,),
)
FREE = replace(
    STEADY, start=(0.0,), executor_ready=(0.0,), task_overhead=0.0, dispatch=0.0, finish=0.0,
    listing_rate=math.inf,
)  # fmt: skip
UNEVEN = replace(STEADY, task_rates=(0.15, 0.18, 0.2, 0.2, 0.22, 0.35), side_by_side=(0.93, 0.97))


def test_one_core_takes_the_time_of_its_parts_one_after_the_other() -> None:
    images = 2000
    bulk, tasks = split(images, 1, 0.2)
    assert bulk == 0
    parts = 8 + 2 + images / 50_000 + images * 0.2 + len(tasks) * 0.012 + 1.5
    assert estimate(images, Fleet(1, 1), STEADY).median == pytest.approx(parts, rel=1e-9)


def test_without_overheads_one_core_takes_the_serial_time() -> None:
    assert estimate(5000, Fleet(1, 1), FREE).median == pytest.approx(1000, rel=1e-9)


def test_with_more_cores_than_tasks_the_longest_task_and_the_start_are_left() -> None:
    images = 4000
    longest = simulation.SMALLEST_CHUNK * 0.2
    found = estimate(images, Fleet(100_000, 1), replace(STEADY, dispatch=0.0)).median
    assert found == pytest.approx(8 + 2 + images / 50_000 + longest + 0.01 + 1.5, rel=1e-9)


def test_a_driver_that_hands_out_slowly_is_the_limit() -> None:
    slow = replace(FREE, dispatch=1.0)
    _, tasks = split(20_000, 64, 0.2)
    assert estimate(20_000, Fleet(4, 16), slow).median >= len(tasks)


@pytest.mark.parametrize("fleet", [Fleet(1, 1), Fleet(2, 8), Fleet(10, 4)])
def test_sharing_evenly_gives_what_playing_each_task_gives(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = 200_000
    split.cache_clear()
    monkeypatch.setattr(simulation, "_MOST_TASKS_PLAYED", 10**9)
    played = estimate(images, fleet, UNEVEN, seed=3)
    split.cache_clear()
    monkeypatch.setattr(simulation, "_MOST_TASKS_PLAYED", 0)
    shared = estimate(images, fleet, UNEVEN, seed=3)
    split.cache_clear()
    assert shared.median == pytest.approx(played.median, rel=0.02)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 3_000_000), st.integers(1, 2000), st.floats(0.001, 5))
def test_no_image_is_lost_or_played_twice(images: int, slots: int, per_image: float) -> None:
    bulk, tasks = split(images, slots, per_image)
    assert bulk + sum(tasks) == images
    assert all(task >= 1 for task in tasks)


@settings(deadline=None, max_examples=20)
@given(st.integers(1000, 200_000), st.integers(1, 50))
def test_more_nodes_never_beat_the_work_divided_by_the_cores(images: int, nodes: int) -> None:
    found = estimate(images, Fleet(nodes, 4), UNEVEN, draws=5)
    assert found.low <= found.median <= found.high
    assert found.low > images * 0.15 / (4 * nodes)
    more = estimate(images, Fleet(2 * nodes, 4), UNEVEN, draws=5)
    assert more.median < found.median * 1.1 + 3


def test_larger_images_take_longer_by_what_decoding_them_costs() -> None:
    small = estimate(1000, Fleet(1, 1), FREE).median
    large = estimate(1000, Fleet(1, 1), FREE, megapixels=(10.19,)).median
    assert large - small == pytest.approx(1000 * 0.02 * 10, rel=1e-9)


def test_the_same_seed_gives_the_same_estimate() -> None:
    fleet = Fleet(3, 2)
    assert estimate(10_000, fleet, UNEVEN, seed=1) == estimate(10_000, fleet, UNEVEN, seed=1)
    assert estimate(10_000, fleet, UNEVEN, seed=1) != estimate(10_000, fleet, UNEVEN, seed=2)
