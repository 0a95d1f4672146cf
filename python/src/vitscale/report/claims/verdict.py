"""The published benchmark in three sentences: its claim, what today's versions do, what ViTScale does."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.claims.check import Check
from vitscale.report.claims.published import published
from vitscale.report.summary import Summary
from vitscale.report.tables import ratio_entry
from vitscale.results import units

_SETS = {"sample": "on the sample", "full": "on the full set"}


def verdict_sentences(checks: Sequence[Check], summaries: Sequence[Summary]) -> str:
    """Return the outcome of the claim that gave the benchmark its title, in plain words.

    Parameters
    ----------
    checks : sequence of Check
        All checks against these results.
    summaries : sequence of Summary
        Results of one machine.

    Returns
    -------
    str
        Empty where no result tests Spark NLP against Hugging Face on a CPU.
    """
    tested = [check for check in checks if _is_title(check) and check.outcome != "not testable here"]
    if not tested:
        return ""
    return " ".join(filter(None, (_claimed(tested), _measured(tested), _ours(tested[0], summaries))))


def _is_title(check: Check) -> bool:
    faster, slower = check.claim.faster, check.claim.slower
    return (
        (faster.device, slower.device, faster.nodes) == ("cpu", "cpu", 1)
        and faster.engine.startswith("Spark NLP")
        and slower.engine.startswith("Hugging Face")
    )


def _claimed(tested: Sequence[Check]) -> str:
    ratios = {check.claim.images: units.ratio(check.claim.ratio) for check in tested}
    speeds = " and ".join(f"{ratio} {_SETS[images]}" for images, ratio in ratios.items())
    year = published().year
    return f"The benchmark of {year} claimed these speeds for Spark NLP, over Hugging Face's: {speeds}."


def _measured(tested: Sequence[Check]) -> str:
    found = {check.tested_with.partition(" against")[0]: check for check in tested}
    said = [f"{name} has {ratio_entry(check.ratio, check.ci)}" for name, check in found.items()]
    outcomes = dict.fromkeys(check.outcome for check in tested)
    return f"With today's versions, {' and '.join(said)}: {' and '.join(outcomes)}."


def _ours(check: Check, summaries: Sequence[Summary]) -> str:
    """Return the fastest setting of ViTScale in the run that tested the claim."""
    if check.source is None:
        return ""
    rows = [row for row in summaries[check.source].measured if row.backend == "vitscale" and row.ratio]
    ratio = rows[0].ratio if rows else None
    return f"{rows[0].label} has {ratio_entry(ratio.median, ratio.ci)}." if ratio else ""
