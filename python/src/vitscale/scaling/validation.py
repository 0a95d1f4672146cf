"""Compares the simulation with the runs that calibrated it, on one and on two executors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from vitscale.scaling.benchmark import Round
from vitscale.scaling.calibration import Calibration
from vitscale.scaling.cluster_spec import Fleet
from vitscale.scaling.simulation import Estimate, estimate


@dataclass(frozen=True)
class Check:
    """An estimate and the measurement of the same run.

    Attributes
    ----------
    estimate : Estimate
        Estimate of the whole command.
    measured : float
        Measured seconds, median over rounds.
    """

    estimate: Estimate
    measured: float

    @property
    def error(self) -> float:
        """Relative error of the estimate; positive if it is too long."""
        return self.estimate.median / self.measured - 1


def validate(rounds: Sequence[Round], calibration: Calibration) -> list[Check]:
    """Return a check for one executor and for two."""
    return [
        Check(
            estimate(runs[0].images, Fleet(runs[0].executors, 1), calibration),
            median(run.wall_seconds for run in runs),
        )
        for runs in ([one.one for one in rounds], [one.two for one in rounds])
    ]
