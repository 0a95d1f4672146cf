"""Checks each published claim: reproduced, not reproduced, or not testable here.

A claim is about a ratio, since ratios carry over between machines better than seconds do. It is tested by
the same ratio between backends of one run, with its 95 % interval, at their best batch sizes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vitscale.report.agreement import Verdict
from vitscale.report.claims.nodes import Scaling, scaling_of
from vitscale.report.claims.published import Claim, Timing, published
from vitscale.report.claims.stand_in import StandIn, stand_ins
from vitscale.report.ratio import Ratio
from vitscale.report.row import Row
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.summary import Summary, ratio_between
from vitscale.results import units
from vitscale.results.schema import Interval
from vitscale.results.stats import MLPERF_SECONDS, measurements

Outcome = Literal["reproduced", "not reproduced", "not testable here"]

_ROUNDING = 0.005
"""Claims were published with two decimals or whole per cents."""


@dataclass(frozen=True)
class Check:
    """The outcome for a claim.

    Attributes
    ----------
    claim : Claim
        The published claim.
    tested_with : str
        Backends that stand for the published ones; empty where there are none.
    outcome : str
        One of three words.
    reason : str
        The reason in one sentence.
    ratio : float or None
        Our ratio, where both backends were measured, whatever the outcome.
    ci : Interval or None
        95 % interval of our ratio.
    row_id : str
        Path of the ratio in the results; empty where there is none.
    source : int or None
        Position of the results that it is from.
    scaling : Scaling or None
        Measurement and estimate of several nodes, where the claim is about them.
    """

    claim: Claim
    tested_with: str
    outcome: Outcome
    reason: str
    ratio: float | None = None
    ci: Interval | None = None
    row_id: str = ""
    source: int | None = None
    scaling: Scaling | None = None


def is_shown(check: Check) -> bool:
    """Tell whether a report shows a check: it tested the claim, or a scaling measurement stands beside it."""
    return check.outcome != "not testable here" or check.scaling is not None


def check_claims(summaries: Sequence[Summary], scaling: Sequence[ScalingSource] = ()) -> list[Check]:
    """Check every published claim.

    Parameters
    ----------
    summaries : sequence of Summary
        Results of one machine, since a ratio between machines tests nothing.
    scaling : sequence of ScalingSource
        Results of scaling, of the same machine.

    Returns
    -------
    list of Check
        In the published order; two of a claim where today's software is tested beside the published.
    """
    return [check for claim in published().claims for check in _checks(claim, summaries, scaling)]


def _checks(claim: Claim, summaries: Sequence[Summary], scaling: Sequence[ScalingSource]) -> list[Check]:
    if max(claim.faster.nodes, claim.slower.nodes) > 1:
        return _checks_of_nodes(claim, scaling)
    missing = _not_here(claim, summaries)
    if missing:
        return [Check(claim, "", "not testable here", missing)]
    pairs = [
        (faster, slower)
        for faster in stand_ins(claim.faster)
        for slower in stand_ins(claim.slower)
        if faster.era == slower.era or not faster.era or not slower.era
    ]
    return [_check(claim, faster, slower, summaries) for faster, slower in pairs]


def _checks_of_nodes(claim: Claim, scaling: Sequence[ScalingSource]) -> list[Check]:
    """Return measurement and estimate beside a claim about several nodes, which one machine cannot test."""
    found = [scaling_of(claim, source) for source in scaling]
    if not found:
        none = "No cluster: these results are of one machine. `vitscale scaling` measures two executors."
        return [Check(claim, "", "not testable here", none)]
    return [Check(claim, "", "not testable here", one.reason, scaling=one) for one in found]


def _not_here(claim: Claim, summaries: Sequence[Summary]) -> str:
    """Return the requirement of a claim that no result fulfils."""
    is_shown = any(row.gpus for summary in summaries for row in summary.measured)
    if "gpu" in (claim.faster.device, claim.slower.device) and not is_shown:
        return "No GPU: the driver confirmed no run on one."
    return ""


def _check(claim: Claim, faster: StandIn, slower: StandIn, summaries: Sequence[Summary]) -> Check:
    with_whom = f"{faster.name} against {slower.name}"
    best: Check | None = None
    for number, summary in _largest_first(summaries):
        above, below = faster.find(summary), slower.find(summary)
        ratio = _ratio(above, below, summary) if above and below else None
        if ratio is None or above is None or below is None:
            continue
        outcome, reason = _judge(claim, ratio, above, below, summary)
        reason += _answers(above)
        check = Check(claim, with_whom, outcome, reason, ratio.median, ratio.ci, ratio.row_id, number)
        if outcome != "not testable here":
            return check
        best = best or check
    return best or Check(claim, with_whom, "not testable here", _unmeasured(faster, slower, summaries))


def _largest_first(summaries: Sequence[Summary]) -> list[tuple[int, Summary]]:
    """Return throughput runs, the one with the most images first."""
    offline = [pair for pair in enumerate(summaries) if not pair[1].is_single_stream]
    return sorted(offline, key=lambda pair: -pair[1].results["workload"]["images"]["files"])


def _ratio(above: Row, below: Row, summary: Summary) -> Ratio | None:
    known = above.ratio
    if known and known.reference == below.notation and known.rounds:
        return known
    return ratio_between(above, below, summary.control)


def _judge(claim: Claim, ratio: Ratio, above: Row, below: Row, summary: Summary) -> tuple[Outcome, str]:
    lacking = _too_short(claim, above, below, summary) or _too_few(ratio)
    if lacking or ratio.ci is None:
        return "not testable here", lacking
    claimed = units.ratio(claim.ratio)
    if ratio.verdict == "slower":
        return "not reproduced", f"It is slower; the claim is {claimed}."
    if ratio.verdict == "no measurable difference":
        return "not reproduced", f"There is no measurable difference; the claim is {claimed}."
    if ratio.ci["high"] < claim.ratio - _ROUNDING:
        return "not reproduced", f"It is faster, but by less than the claimed {claimed}."
    if ratio.ci["low"] > claim.ratio + _ROUNDING:
        return "reproduced", f"It is faster by more than the claimed {claimed}."
    return "reproduced", f"The interval contains the claimed {claimed}."


def _answers(row: Row) -> str:
    """Return a warning where the labels differ."""
    differs = row.agreement.verdict is Verdict.DIFFERS
    return " But its labels differ from Hugging Face's." if differs else ""


def _too_few(ratio: Ratio) -> str:
    if ratio.ci is not None:
        return ""
    return f"Too few forks for an interval: {ratio.rounds}. Measure with --forks 3 or more."


def _too_short(claim: Claim, above: Row, below: Row, summary: Summary) -> str:
    wanted, files = published().images[claim.images], summary.results["workload"]["images"]["files"]
    seconds = min(_shortest_round(above), _shortest_round(below))
    if files >= wanted or seconds >= MLPERF_SECONDS:
        return ""
    return (
        f"Too few images: {files:,} in {seconds:.0f} s; a test needs all {wanted:,} "
        f"or {MLPERF_SECONDS} s in each round (MLPerf's rule)."
    )


def _shortest_round(row: Row) -> float:
    """Return the measured seconds of a row's shortest round."""
    return min((sum(one["seconds"] for one in measurements(run)) for run in row.runs), default=0.0)


def _unmeasured(faster: StandIn, slower: StandIn, summaries: Sequence[Summary]) -> str:
    lacking = [one.name for one in (faster, slower) if not any(map(one.find, summaries))]
    if len(lacking) == 1:
        return f"{lacking[0]} was not measured."
    return "Neither was measured." if lacking else "They were not measured in one run."


def timing_row(timing: Timing, summary: Summary) -> Row | None:
    """Return the row of a summary that stands for a published timing, the published engine first."""
    found = (one.find(summary) for one in stand_ins(timing))
    return next((row for row in found if row), None)
