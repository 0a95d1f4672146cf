"""The order in which cells are measured, so that a drift of the machine favours no backend."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from vitscale.backends.spec import BackendSpec
from vitscale.bench.plan import Cell

Item = TypeVar("Item")


def sweep(backends: Sequence[BackendSpec], batch_sizes: Sequence[int], seed: int) -> list[list[Cell]]:
    """Return one fork of every cell: a list for each batch size, its backends in random order.

    The middle batch size comes first and the outer ones last; these are left out if time is short.
    """
    lots = random.Random(seed)
    start = len(batch_sizes) // 2
    outwards = sorted(range(len(batch_sizes)), key=lambda place: (abs(place - start), -place))
    return [
        lots.sample(cells, len(cells))
        for cells in ([Cell(backend, batch_sizes[place]) for backend in backends] for place in outwards)
    ]


def middle(batch_sizes: Sequence[int]) -> int:
    """Return the first batch size of the sweep."""
    return batch_sizes[len(batch_sizes) // 2]


def rounds(cells: Sequence[Item], count: int, seed: int) -> list[list[Item]]:
    """Return ``count`` rounds, each with every cell once: A B B A C D ...

    Every second round is the reverse of the one before, so that a steady drift of the machine cancels out
    over the pair. The order of each pair is random, so that periodic load favours no position.
    """
    lots = random.Random(f"rounds {seed}")
    order: list[list[Item]] = []
    for number in range(count):
        order.append(order[-1][::-1] if number % 2 else lots.sample(list(cells), len(cells)))
    return order
