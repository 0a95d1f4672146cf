"""Goes through the published claims and says of each: reproduced, not reproduced, or not testable here.

A claim is about a ratio, which travels from one machine to another as far as anything does; seconds do not.
It is tested by the same ratio between backends of one run, with its 95 % interval, at their best batch sizes.
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
from vitscale.results.stats import measurements

Outcome = Literal["reproduced", "not reproduced", "not testable here"]

LONG_ENOUGH_SECONDS = 600
"""MLPerf's rule: a run lasts at least so long, or goes through the whole set (MLPerf Inference rules)."""
_ROUNDING = 0.005
"""Claims were published with two decimals or whole per cents."""


@dataclass(frozen=True)
class Check:
    """What became of a claim.

    Attributes
    ----------
    claim : Claim
        What was claimed.
    tested_with : str
        Which of our backends stood for the published ones; empty where none could.
    outcome : str
        One of three words.
    reason : str
        Why, in one sentence.
    ratio : float or None
        Ours, where both backends were measured, whatever the outcome.
    ci : Interval or None
        Its 95 % interval.
    row_id : str
        Where it is in the results; empty where there is none.
    source : int or None
        Which of the results it is from, by position.
    scaling : Scaling or None
        What is known of several nodes, where the claim is about them.
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
    """Return what stands beside a claim about several nodes, which nothing of one machine can test."""
    found = [scaling_of(claim, source) for source in scaling]
    if not found:
        none = (
            "No cluster: these results are of one machine. `vitscale scaling` measures two executors of it."
        )
        return [Check(claim, "", "not testable here", none)]
    return [Check(claim, "", "not testable here", one.reason, scaling=one) for one in found]


def _not_here(claim: Claim, summaries: Sequence[Summary]) -> str:
    """Return what a claim needs that no result has."""
    is_shown = any(row.gpus for summary in summaries for row in summary.measured)
    if "gpu" in (claim.faster.device, claim.slower.device) and not is_shown:
        return "No GPU: no run here was shown to be on one."
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
        return "not reproduced", f"It is the other way round, where {claimed} was claimed."
    if ratio.verdict == "no measurable difference":
        return "not reproduced", f"There is no measurable difference, where {claimed} was claimed."
    if ratio.ci["high"] < claim.ratio - _ROUNDING:
        return "not reproduced", f"It is faster, but by less than the {claimed} that was claimed."
    if ratio.ci["low"] > claim.ratio + _ROUNDING:
        return "reproduced", f"It is faster by more than the {claimed} that was claimed."
    return "reproduced", f"The interval holds the {claimed} that was claimed."


def _answers(row: Row) -> str:
    """Add what speed is worth nothing without."""
    differs = row.agreement.verdict is Verdict.DIFFERS
    return " But its answers differ from Hugging Face's." if differs else ""


def _too_few(ratio: Ratio) -> str:
    if ratio.ci is not None:
        return ""
    return f"{units.plural(ratio.rounds, 'round')} of forks give no interval; measure with --forks 3 or more."


def _too_short(claim: Claim, above: Row, below: Row, summary: Summary) -> str:
    wanted, files = published().images[claim.images], summary.results["workload"]["images"]["files"]
    seconds = min(_measured_seconds(above), _measured_seconds(below))
    if files >= wanted or seconds >= LONG_ENOUGH_SECONDS:
        return ""
    return (
        f"Fewer images: {files:,} for {seconds:.0f} s; it takes all {wanted:,}, "
        f"or {LONG_ENOUGH_SECONDS} s (MLPerf's rule)."
    )


def _measured_seconds(row: Row) -> float:
    return sum(one["seconds"] for run in row.runs for one in measurements(run))


def _unmeasured(faster: StandIn, slower: StandIn, summaries: Sequence[Summary]) -> str:
    lacking = [one.name for one in (faster, slower) if not any(map(one.find, summaries))]
    if len(lacking) == 1:
        return f"{lacking[0]} was not measured."
    return "Neither was measured." if lacking else "They were not measured in one run."


def timing_row(timing: Timing, summary: Summary) -> Row | None:
    """Return the row of a summary that stands for a published timing, as published first."""
    found = (one.find(summary) for one in stand_ins(timing))
    return next((row for row in found if row), None)
