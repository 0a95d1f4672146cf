"""The headline of results: who is fastest, whether the labels agree, what the weights are."""

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
    """The result in a few sentences.

    Attributes
    ----------
    speed : str
        The fastest backend whose labels agree, against the reference.
    agreement : str
        Whether the two agree; empty where there are not two.
    is_doubtful : bool
        Whether they disagree, or were not compared.
    weights : str
        Warning about random weights; empty with pretrained ones.
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
        "The weights are random: speed and fp32 agreement are real, the labels mean nothing."
        if random
        else ""
    )
    measured = [row for row in summary.measured if row.backend != FORWARD_ALONE]
    if not measured:
        return Headline("Nothing was measured.", "", is_doubtful=False, weights=weights)
    fastest, reference = measured[0], summary.reference
    if len(measured) == 1:
        speed = f"{fastest.label} classifies {_at_best(fastest)}; no other backend was measured."
        return Headline(speed, "", is_doubtful=False, weights=weights)
    if reference is None or reference.best is None:
        return Headline(_unpaired(fastest, measured[1]), _agreement(fastest.agreement), True, weights)
    subject = _subject([row for row in measured if row is not reference])
    doubtful = subject.agreement.verdict in (Verdict.DIFFERS, Verdict.NOT_COMPARED)
    agreement = " ".join(filter(None, (_agreement(subject.agreement), _faster(measured, subject))))
    return Headline(_speed(subject, reference), agreement, doubtful, weights)


def _subject(rows: Sequence[Row]) -> Row:
    """Return the fastest whose labels agree, else the fastest that could not be judged, else the fastest."""
    agreeing = (row for row in rows if row.agreement.verdict in (Verdict.EQUAL, Verdict.SAME_LABELS))
    unjudged = (row for row in rows if row.agreement.verdict is Verdict.NOT_JUDGED)
    return next(agreeing, None) or next(unjudged, rows[0])


def _faster(measured: Sequence[Row], subject: Row) -> str:
    """Name the fastest of all where its labels do not agree for certain."""
    fastest = measured[0]
    ratio = f", {units.ratio(fastest.ratio.median)}" if fastest.ratio else ""
    if fastest is subject:
        return ""
    match fastest.agreement.verdict:
        case Verdict.DIFFERS:
            return f"Faster, but with other labels: {fastest.label}{ratio}."
        case Verdict.NOT_JUDGED:
            return f"Faster in lower precision, which random weights cannot judge: {fastest.label}{ratio}."
    return ""


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
    """Compare two rows by the ranges of their iterations, since there is no interval without rounds."""
    here, there = fastest.rate, other.rate
    assert here and there
    if here["min"] <= there["max"]:
        return (
            f"{fastest.label} and {other.label} are about equally fast: {_figures(fastest, other, 'and')}, "
            "with overlapping ranges; there are too few processes for an interval."
        )
    return (
        f"{fastest.label} is {units.ratio(here['median'] / there['median'])} as fast as {other.label}: "
        f"{_figures(fastest, other)}; there are too few processes for an interval."
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
            return "Agreement was not checked."
        case Verdict.DIFFERS:
            return f"But they disagree: {reason}"
        case Verdict.NOT_JUDGED:
            return f"Agreement cannot be judged: {reason}"
    return f"They agree: {reason}"


def _at_best(row: Row) -> str:
    assert row.rate and row.best
    return f"{units.number(row.rate['median'])} images/s at batch size {row.best.batch_size}"


def _median(row: Row) -> float:
    return row.rate["median"] if row.rate else 0.0


def noise_of(control: Ratio) -> str:
    """Return what the comparison of the reference with itself shows of the machine's noise."""
    found = f"{units.ratio(control.median)} in {units.plural(control.rounds, 'round')}"
    if control.ci is None:
        few = "too few rounds for an interval, so no ratio is judged"
        return f"{control.backend} against itself: {found}; {few}."
    low, high = control.ci["low"], control.ci["high"]
    said = f"{control.backend} against itself: {found}, 95 % interval {units.ratio_interval(control.ci)}."
    if low <= 1 <= high:
        return f"{said} It contains 1, as expected; ratios inside it show no difference."
    return f"{said} It should contain 1: the machine drifted. Ratios inside it show no difference."
