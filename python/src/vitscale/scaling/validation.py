"""Whether the simulation finds again what it was calibrated by: the runs on one and on two executors."""

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
    """An estimate beside the measurement of the same thing.

    Attributes
    ----------
    estimate : Estimate
        Of the whole command.
    measured : float
        Seconds, median over rounds.
    """

    estimate: Estimate
    measured: float

    @property
    def error(self) -> float:
        """How much too long the estimate is, as a share of the measurement."""
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
