"""Results of scaling and the estimate from them, as a part of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from vitscale.report.charts.chart import Chart
from vitscale.report.scaling.chart import estimate_chart
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.scaling.words import assumption_lines, measured_lines
from vitscale.scaling.results import rounds_of
from vitscale.scaling.simulation import Estimate
from vitscale.scaling.validation import validate


@dataclass(frozen=True)
class ScalingSection:
    """One file of ``vitscale scaling``.

    Attributes
    ----------
    origin : ScalingSource
        The measurement.
    estimates : sequence of Estimate
        At least one.
    price_per_hour : float or None
        Price of a node, in any currency.
    """

    origin: ScalingSource
    estimates: Sequence[Estimate]
    price_per_hour: float | None = None

    @property
    def measured_lines(self) -> list[str]:
        """The measurement, and how closely the simulation predicts it."""
        measured = self.origin.measured
        return measured_lines(measured, validate(rounds_of(measured), self.origin.calibration))

    @property
    def assumption_lines(self) -> list[str]:
        """The assumptions of the estimate."""
        return assumption_lines(self.origin.calibration, self.estimates[0].fleet.cores)

    @cached_property
    def chart(self) -> Chart:
        """The estimate beside the published times."""
        precision = self.origin.measured["workload"]["precision"]
        return estimate_chart(self.estimates, precision, self.price_per_hour)
