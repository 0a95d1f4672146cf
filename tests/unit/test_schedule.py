from hypothesis import given
from hypothesis import strategies as st
from vitscale.backends.parsing import parse
from vitscale.backends.registry import BACKENDS
from vitscale.bench.plan import Cell
from vitscale.bench.schedule import rounds, sweep

BACKENDS = [parse(name) for name in sorted(BACKENDS)]
SEEDS = st.integers(0, 2**32)


@given(st.lists(st.integers(1, 1024), min_size=1, max_size=6, unique=True), SEEDS)
def test_a_sweep_has_every_cell_once_and_batch_sizes_in_turn(sizes: list[int], seed: int) -> None:
    found = sweep(BACKENDS, sizes, seed)
    in_turn = [{cell.batch_size for cell in cells} for cells in found]
    assert sorted(size for (size,) in in_turn) == sorted(sizes)
    for cells in found:
        assert {cell.backend for cell in cells} == set(BACKENDS)
        assert len(cells) == len(BACKENDS)


def test_a_sweep_goes_from_the_middle_outwards() -> None:
    assert [cells[0].batch_size for cells in sweep(BACKENDS, (1, 4, 8), 0)] == [4, 8, 1]
    assert [cells[0].batch_size for cells in sweep(BACKENDS, (1, 2, 4, 8, 16, 32), 0)] == [8, 16, 4, 32, 2, 1]


@given(st.integers(1, 12), SEEDS)
def test_every_second_round_runs_backwards(count: int, seed: int) -> None:
    cells = [Cell(backend, 8) for backend in BACKENDS]
    found = rounds(cells, count, seed)
    assert len(found) == count
    for number, order in enumerate(found):
        assert len(order) == len(cells)
        assert set(order) == set(cells)
        if number % 2:
            assert order == found[number - 1][::-1]


def test_a_steady_drift_cancels_in_a_pair_of_rounds() -> None:
    cells = [Cell(backend, 8) for backend in BACKENDS]
    for seed in range(20):
        first, second = rounds(cells, 2, seed)
        places = {cell: first.index(cell) + len(cells) + second.index(cell) for cell in cells}
        assert len(set(places.values())) == 1


def test_the_order_is_drawn_and_the_seed_repeats_it() -> None:
    cells = [Cell(backend, 8) for backend in BACKENDS]
    orders = {tuple(map(str, rounds(cells, 1, seed)[0])) for seed in range(40)}
    assert len(orders) > 5
    assert rounds(cells, 5, 3) == rounds(cells, 5, 3)
