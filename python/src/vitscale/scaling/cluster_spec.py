"""The clusters that are estimated."""

from __future__ import annotations

from dataclasses import dataclass

NODES = (1, 2, 4, 8, 10, 16, 32, 64, 100)
CORES = 16
IMAGES = (34_745, 1_000_000, 10_000_000, 100_000_000)
"""Clusters and numbers of images that are shown where nobody asks for others; the published set first."""


@dataclass(frozen=True)
class Fleet:
    """A cluster.

    Attributes
    ----------
    nodes : int
        Machines, each with one executor.
    cores : int
        Of each machine.
    """

    nodes: int
    cores: int

    @property
    def slots(self) -> int:
        """Cores of all machines together."""
        return self.nodes * self.cores
