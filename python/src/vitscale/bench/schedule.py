"""In which order cells are measured, so that a machine that drifts favours nobody."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from vitscale.backends.spec import BackendSpec
from vitscale.bench.plan import Cell

Item = TypeVar("Item")


def sweep(backends: Sequence[BackendSpec], batch_sizes: Sequence[int], seed: int) -> list[list[Cell]]:
    """Return one fork of every cell: a list for each batch size, its backends in an order drawn by lot.

    The middle batch size comes first and the outer ones last: where time is short, these are left out.
    """
    lots = random.Random(seed)
    start = len(batch_sizes) // 2
    outwards = sorted(range(len(batch_sizes)), key=lambda place: (abs(place - start), -place))
    return [
        lots.sample(cells, len(cells))
        for cells in ([Cell(backend, batch_sizes[place]) for backend in backends] for place in outwards)
    ]


def middle(batch_sizes: Sequence[int]) -> int:
    """Return the batch size that the sweep begins with."""
    return batch_sizes[len(batch_sizes) // 2]


def rounds(cells: Sequence[Item], count: int, seed: int) -> list[list[Item]]:
    """Return so many rounds, each with every cell once: A B B A C D ...

    Every second round runs backwards, so that a steady drift of the machine cancels out of a pair of rounds;
    the order of each pair is drawn by lot, so that nothing periodic favours a place.
    """
    lots = random.Random(f"rounds {seed}")
    order: list[list[Item]] = []
    for number in range(count):
        order.append(order[-1][::-1] if number % 2 else lots.sample(list(cells), len(cells)))
    return order
