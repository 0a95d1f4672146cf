"""What the results say, in a few plain sentences."""

from __future__ import annotations

from dataclasses import dataclass

from vitscale.report import units
from vitscale.report.agreement import Agreement, Verdict
from vitscale.report.summary import Row, Summary


@dataclass(frozen=True)
class Headline:
    """The answer to who is fastest, whether it may be believed, and what the model is.

    Attributes
    ----------
    speed : str
        The fastest backend against the reference.
    agreement : str
        Whether the two agree; empty where there are not two.
    is_doubtful : bool
        Whether they disagree, or nobody looked.
    weights : str
        What the labels mean; empty with pretrained weights.
    """

    speed: str
    agreement: str
    is_doubtful: bool
    weights: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.speed, self.agreement, self.weights)))


def headline(summary: Summary) -> Headline:
    """Return the headline of a summary."""
    random = summary.results["workload"]["model"]["weights"] == "random"
    weights = (
        "The weights are random: speed and agreement are real, the labels mean nothing." if random else ""
    )
    fastest, other = _contenders(summary)
    if fastest is None:
        return Headline("Nothing could be measured.", "", is_doubtful=False, weights=weights)
    if other is None:
        speed = (
            f"{fastest.label} classifies {_at_best(fastest)}; there is no other figure to compare it with."
        )
        return Headline(speed, "", is_doubtful=False, weights=weights)
    subject = other if fastest.agreement.verdict is Verdict.REFERENCE else fastest
    doubtful = subject.agreement.verdict in (Verdict.DIFFERS, Verdict.NOT_COMPARED)
    return Headline(_speed(fastest, other), _agreement(subject.agreement), doubtful, weights)


def _contenders(summary: Summary) -> tuple[Row | None, Row | None]:
    """Return the fastest row, and the reference; if that is the fastest itself or missing, the second."""
    measured = summary.measured
    fastest = measured[0] if measured else None
    reference = summary.reference
    if reference and reference.best and reference is not fastest:
        return fastest, reference
    return fastest, measured[1] if len(measured) > 1 else None


def _speed(fastest: Row, other: Row) -> str:
    here, there = fastest.rate, other.rate
    assert here and there and fastest.best and other.best
    sizes = _sizes(fastest.best.batch_size, other.best.batch_size)
    if here["min"] <= there["max"]:
        return (
            f"{fastest.label} and {other.label} are about equally fast: {units.number(here['median'])} and "
            f"{units.number(there['median'])} images/s {sizes}, with ranges that overlap."
        )
    ratio = units.ratio(here["median"] / there["median"])
    return (
        f"{fastest.label} is {ratio} as fast as {other.label}: {units.number(here['median'])} against "
        f"{units.number(there['median'])} images/s, {sizes}."
    )


def _sizes(one: int, other: int) -> str:
    return f"both at batch size {one}" if one == other else f"at their best batch sizes {one} and {other}"


def _agreement(agreement: Agreement) -> str:
    reason = agreement.reason[:1].lower() + agreement.reason[1:]
    match agreement.verdict:
        case Verdict.REFERENCE:
            return ""
        case Verdict.NOT_COMPARED:
            return "Whether they agree was not checked."
        case Verdict.DIFFERS:
            return f"But they disagree: {reason}"
    return f"They agree: {reason}"


def _at_best(row: Row) -> str:
    assert row.rate and row.best
    return f"{units.number(row.rate['median'])} images/s at batch size {row.best.batch_size}"
