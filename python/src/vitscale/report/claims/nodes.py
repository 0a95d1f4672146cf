"""Figures beside claims about several nodes: two executors measured on one machine, the rest an estimate."""

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
    """Figures beside a claim about several nodes; none of them tests the claim.

    Attributes
    ----------
    speed_up : float
        Measured speed of two executors of one core each, as a multiple of one.
    ci : Interval or None
        95 % interval of ``speed_up``.
    nodes : int
        Nodes of the claim.
    estimate : float
        Simulated speed of these nodes, as a multiple of one.
    file : str
        Name of the results file.
    """

    speed_up: float
    ci: Interval | None
    nodes: int
    estimate: float
    file: str

    @property
    def measured_text(self) -> str:
        """The measurement for the reader."""
        ends = f", {units.ratio_interval(self.ci)}" if self.ci else ""
        return f"{units.ratio(self.speed_up)} (measured: {EXECUTORS} executors against one{ends})"

    @property
    def estimate_text(self) -> str:
        """The estimate for the reader."""
        return f"{units.ratio(self.estimate)} (estimate: {self.nodes} nodes against one)"

    @property
    def reason(self) -> str:
        """Why the figures do not test the claim."""
        return (
            f"No run used {self.nodes} nodes. {EXECUTORS} executors of one core each were measured on one "
            f"machine; the figure for {self.nodes} nodes of {CORES} CPU cores is an estimate from that."
        )


def scaling_of(claim: Claim, source: ScalingSource) -> Scaling:
    """Return the figures of results of scaling beside a claim."""
    job = efficiency(source.measured, "job")
    nodes = max(claim.faster.nodes, claim.slower.nodes)
    images = published().images[claim.images]
    one, many = (estimate(images, Fleet(number, CORES), source.calibration) for number in (1, nodes))
    ci: Interval | None = None
    if job.ci:
        ci = {"low": EXECUTORS * job.ci["low"], "high": EXECUTORS * job.ci["high"]}
    return Scaling(EXECUTORS * job.median, ci, nodes, one.median / many.median, source.name)
