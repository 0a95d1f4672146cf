"""Results of scaling and what is estimated from them, as a part of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from vitscale.report.charts.figure import Figure
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
        What was measured.
    estimates : sequence of Estimate
        What was not: at least one.
    price_per_hour : float or None
        Of a node, in whatever currency.
    """

    origin: ScalingSource
    estimates: Sequence[Estimate]
    price_per_hour: float | None = None

    @property
    def measured_lines(self) -> list[str]:
        """What was measured, and how well the simulation finds it again."""
        measured = self.origin.measured
        return measured_lines(measured, validate(rounds_of(measured), self.origin.calibration))

    @property
    def assumption_lines(self) -> list[str]:
        """What the estimate rests on."""
        return assumption_lines(self.origin.calibration, self.estimates[0].fleet.cores)

    @cached_property
    def figure(self) -> Figure:
        """The estimate beside the published times."""
        precision = self.origin.measured["workload"]["precision"]
        return estimate_chart(self.estimates, precision, self.price_per_hour)
