"""Sizes of the estimated clusters."""

from __future__ import annotations

from dataclasses import dataclass

NODES = (1, 2, 4, 8, 10, 16, 32, 64, 100)
CORES = 16
IMAGES = (34_745, 1_000_000, 10_000_000, 100_000_000)
"""Default sizes of clusters and numbers of images; the published set is the first."""


@dataclass(frozen=True)
class Fleet:
    """A cluster.

    Attributes
    ----------
    nodes : int
        Machines, each with one executor.
    cores : int
        Cores of each machine.
    """

    nodes: int
    cores: int

    @property
    def slots(self) -> int:
        """Cores of all machines together."""
        return self.nodes * self.cores
