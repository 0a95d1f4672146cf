"""What one machine says beside claims about several: two executors measured, and an estimate for the rest."""

from __future__ import annotations

from dataclasses import dataclass

from vitscale.report.claims.published import Claim, published
from vitscale.report.scaling.source import ScalingSource
from vitscale.results import units
from vitscale.results.schema import Interval
from vitscale.scaling.cluster_spec import CORES, Fleet
from vitscale.scaling.results import efficiency
from vitscale.scaling.simulation import estimate

EXECUTORS = 2


@dataclass(frozen=True)
class Scaling:
    """What stands beside a claim about several nodes; none of it tests the claim.

    Attributes
    ----------
    speed_up : float
        Measured: the speed of two executors of one core each, as a multiple of one's.
    ci : Interval or None
        Its 95 % interval.
    nodes : int
        As many as the claim is about.
    estimate : float
        Simulated: the speed of so many nodes, as a multiple of one's.
    file : str
        Name of the results.
    """

    speed_up: float
    ci: Interval | None
    nodes: int
    estimate: float
    file: str

    @property
    def measured_text(self) -> str:
        """What was measured, for the reader."""
        ends = f", {units.ratio_interval(self.ci)}" if self.ci else ""
        return f"{units.ratio(self.speed_up)} (measured: {EXECUTORS} executors against one{ends})"

    @property
    def estimate_text(self) -> str:
        """What was not, and says so."""
        return f"{units.ratio(self.estimate)} (estimate: {self.nodes} nodes against one)"

    @property
    def reason(self) -> str:
        """Why that tests nothing."""
        return (
            f"Nobody ran {self.nodes} nodes here. {EXECUTORS} executors of one core each on one machine were "
            f"measured; {self.nodes} nodes of {CORES} cores, processors alone, are an estimate from that."
        )


def scaling_of(claim: Claim, source: ScalingSource) -> Scaling:
    """Return what results of scaling say beside a claim."""
    job = efficiency(source.measured, "job")
    nodes = max(claim.faster.nodes, claim.slower.nodes)
    images = published().images[claim.images]
    one, many = (estimate(images, Fleet(number, CORES), source.calibration) for number in (1, nodes))
    ci: Interval | None = None
    if job.ci:
        ci = {"low": EXECUTORS * job.ci["low"], "high": EXECUTORS * job.ci["high"]}
    return Scaling(EXECUTORS * job.median, ci, nodes, one.median / many.median, source.name)
