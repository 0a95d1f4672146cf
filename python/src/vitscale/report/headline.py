"""What the results say, in a few plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitscale.report.agreement import Agreement, Verdict
from vitscale.report.ratio import Ratio
from vitscale.report.row import Row
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.notation import FORWARD_ALONE


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
    measured = [row for row in summary.measured if row.backend != FORWARD_ALONE]
    if not measured:
        return Headline("Nothing could be measured.", "", is_doubtful=False, weights=weights)
    fastest, reference = measured[0], summary.reference
    if len(measured) == 1:
        speed = (
            f"{fastest.label} classifies {_at_best(fastest)}; there is no other figure to compare it with."
        )
        return Headline(speed, "", is_doubtful=False, weights=weights)
    if reference is None or reference.best is None:
        return Headline(_unpaired(fastest, measured[1]), _agreement(fastest.agreement), True, weights)
    subject = _subject([row for row in measured if row is not reference])
    doubtful = subject.agreement.verdict in (Verdict.DIFFERS, Verdict.NOT_COMPARED)
    agreement = " ".join(filter(None, (_agreement(subject.agreement), _faster(measured, subject))))
    return Headline(_speed(subject, reference), agreement, doubtful, weights)


def _subject(rows: Sequence[Row]) -> Row:
    """Return the fastest whose answers agree; where none agrees, the fastest."""
    agreeing = (row for row in rows if row.agreement.verdict in (Verdict.EQUAL, Verdict.SAME_LABELS))
    return next(agreeing, rows[0])


def _faster(measured: Sequence[Row], subject: Row) -> str:
    """Name the fastest of all where it gives other answers than the subject of the headline."""
    fastest = measured[0]
    if fastest is subject or fastest.agreement.verdict is not Verdict.DIFFERS:
        return ""
    ratio = f", {units.ratio(fastest.ratio.median)}" if fastest.ratio else ""
    return f"Faster, but with other answers: {fastest.label}{ratio}."


def _speed(subject: Row, reference: Row) -> str:
    ratio = subject.ratio
    if ratio is None or ratio.verdict == "too few forks":
        first, second = (
            (subject, reference) if _median(subject) >= _median(reference) else (reference, subject)
        )
        return _unpaired(first, second)
    if ratio.verdict == "no measurable difference":
        return (
            f"{subject.label} and {reference.label} show no measurable difference: "
            f"{units.ratio(ratio.median)} with a 95 % interval of {units.ratio_interval(ratio.ci)}, "
            f"{_figures(subject, reference)}."
        )
    return (
        f"{subject.label} is {units.ratio(ratio.median)} as fast as {reference.label} "
        f"(95 % interval {units.ratio_interval(ratio.ci)}): {_figures(subject, reference)}."
    )


def _unpaired(fastest: Row, other: Row) -> str:
    """Compare two rows by the ranges of their iterations: without rounds there is no interval."""
    here, there = fastest.rate, other.rate
    assert here and there
    if here["min"] <= there["max"]:
        return (
            f"{fastest.label} and {other.label} are about equally fast: {_figures(fastest, other, 'and')}, "
            "with ranges that overlap, in too few processes for an interval."
        )
    return (
        f"{fastest.label} is {units.ratio(here['median'] / there['median'])} as fast as {other.label}: "
        f"{_figures(fastest, other)}, in too few processes for an interval."
    )


def _figures(one: Row, other: Row, link: str = "against") -> str:
    assert one.best and other.best
    sizes = _sizes(one.best.batch_size, other.best.batch_size)
    if one.latency and other.latency:
        return (
            f"one image takes {units.number(one.latency['p50'])} {link} "
            f"{units.number(other.latency['p50'])} ms (median)"
        )
    return f"{units.number(_median(one))} {link} {units.number(_median(other))} images/s {sizes}"


def _sizes(one: int, other: int) -> str:
    return f"at batch size {one}" if one == other else f"at batch sizes {one} and {other}"


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


def _median(row: Row) -> float:
    return row.rate["median"] if row.rate else 0.0


def noise_of(control: Ratio) -> str:
    """Return in one sentence what the reference against itself tells of the machine."""
    found = f"{units.ratio(control.median)} in {units.plural(control.rounds, 'round')}"
    if control.ci is None:
        return f"{control.backend} against itself: {found}; too few for an interval, so no ratio is judged."
    low, high = control.ci["low"], control.ci["high"]
    said = f"{control.backend} against itself: {found}, 95 % interval {units.ratio_interval(control.ci)}."
    if low <= 1 <= high:
        return f"{said} It holds 1, as it should; ratios within that reach show nothing."
    return (
        f"{said} It should hold 1 and does not: the machine drifted. Ratios within that reach show nothing."
    )
