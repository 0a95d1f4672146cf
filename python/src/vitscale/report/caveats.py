"""Notes on the figures: what a reader must know before using them, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vitscale.report.agreement import Verdict
from vitscale.report.machine import machine_name
from vitscale.report.naming import label
from vitscale.report.summary import REFERENCE, Summary
from vitscale.results import units
from vitscale.results.check import cell_name, check
from vitscale.results.schema import BenchmarkSuite


@dataclass(frozen=True)
class Caveat:
    """A note on figures.

    Attributes
    ----------
    concerns : str
        The backends or benchmarks; empty for the whole of the results.
    text : str
        What was found.
    remedy : str
        What to do.
    is_grave : bool
        Whether a figure is not what it seems.
    """

    concerns: str
    text: str
    remedy: str
    is_grave: bool = False

    @property
    def sentence(self) -> str:
        """The note in one line."""
        start = f"{self.concerns}: {self.text}" if self.concerns else self.text
        return f"{start} {self.remedy}".strip()


def caveats_of(summary: Summary) -> list[Caveat]:
    """Return the notes on one results file, the grave ones first."""
    return [
        *_labels(summary),
        *_losses(summary),
        *_unjudged(summary),
        *_failures(summary),
        *_method(summary),
        *_findings(summary),
    ]


def caveats_between(results: Sequence[BenchmarkSuite]) -> list[Caveat]:
    """Return what keeps several results files from being compared with each other."""
    found = []
    machines = dict.fromkeys(machine_name(one["environment"]) for one in results)
    if len(machines) > 1:
        found.append(
            Caveat(
                "; ".join(machines),
                "The results are from different machines. No ratio mixes them.",
                "Compare ratios, not images per second.",
            )
        )
    for what, values in (
        ("models", {one["workload"]["model"]["onnx_sha256"] for one in results}),
        ("sets of images", {str(one["workload"]["images"]["bytes"]) for one in results}),
        ("versions of ViTScale", {one["vitscale_version"] for one in results}),
    ):
        if len(values) > 1:
            found.append(
                Caveat(
                    "",
                    f"The results are of different {what}.",
                    "Measure again with the same ones to compare.",
                )
            )
    return found


def brief(summary: Summary) -> str:
    """Return the notes in one sentence, for the top of a page; empty without notes that change a figure."""
    differing = [row for row in summary.rows if row.agreement.verdict is Verdict.DIFFERS]
    lost = [row for row in summary.rows if row.lost]
    parts = []
    if differing:
        verb = "gives" if len(differing) == 1 else "give"
        parts.append(
            f"{units.plural(len(differing), 'backend')} {verb} other labels than {summary.reference_name}"
        )
    if lost:
        parts.append(f"{units.plural(len(lost), 'backend')} lost images")
    if summary.failed_cells:
        parts.append(f"{units.plural(len(summary.failed_cells), 'benchmark')} failed")
    unstable = {one.where for one in check(summary.results) if one.is_unstable}
    if unstable:
        parts.append(
            f"{units.plural(len(unstable), 'figure')} {'is' if len(unstable) == 1 else 'are'} unstable"
        )
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _labels(summary: Summary) -> Iterator[Caveat]:
    for reason, labels in _by_reason(summary, Verdict.DIFFERS):
        yield Caveat(
            labels,
            reason,
            "Compare the speed only with this difference in mind.",
            is_grave=True,
        )


def _unjudged(summary: Summary) -> Iterator[Caveat]:
    for reason, labels in _by_reason(summary, Verdict.NOT_JUDGED):
        yield Caveat(labels, reason, "Measure agreement with a trained checkpoint.")


def _by_reason(summary: Summary, verdict: Verdict) -> list[tuple[str, str]]:
    labels: dict[str, list[str]] = {}
    for row in summary.rows:
        if row.agreement.verdict is verdict:
            labels.setdefault(row.agreement.reason, []).append(row.label)
    return [(reason, ", ".join(found)) for reason, found in labels.items()]


def _losses(summary: Summary) -> Iterator[Caveat]:
    for row in summary.rows:
        if row.lost:
            yield Caveat(
                row.label,
                f"It lost {units.plural(row.lost, 'image')}: neither predicted nor reported as failed. "
                "Its speed counts images that it did not classify.",
                "Report this as a bug.",
                is_grave=True,
            )


def _failures(summary: Summary) -> Iterator[Caveat]:
    failed = {failure["file"] for row in summary.rows for failure in row.failed}
    if failed:
        yield Caveat(
            "", f"{units.plural(len(failed), 'image')} could not be classified.", "See the list of failures."
        )
    if summary.failed_cells:
        count = units.plural(len(summary.failed_cells), "benchmark")
        yield Caveat("", f"{count} failed and have no figures.", "See the list of failures for the reasons.")
    left_out = summary.results.get("left_out", [])
    if left_out:
        count = units.plural(len(left_out), "part")
        yield Caveat("", f"{count} of the plan did not run.", "See the list of what was left out.")


def _method(summary: Summary) -> Iterator[Caveat]:
    if summary.measured and not (summary.reference and summary.reference.best):
        remedy = f"Add --backend {REFERENCE} to compare with it."
        yield Caveat("", f"{REFERENCE} was not measured, so there are no ratios.", remedy)
    unproved = [row.label for row in summary.measured if row.is_on_gpu and not row.gpus]
    if unproved:
        yield Caveat(
            ", ".join(unproved),
            "The inference session reports a GPU; the driver was not asked.",
            "Measure with `vitscale bench`, which asks the driver.",
        )
    once = [row.label for row in summary.measured if row.rate and row.rate["count"] == 1]
    if once:
        yield Caveat(
            ", ".join(once), "Measured only once, which shows no spread.", "Use --iterations 3 or more."
        )


def _findings(summary: Summary) -> Iterator[Caveat]:
    """Return the findings of :func:`check`, a note for each problem; failed cells are listed elsewhere."""
    failed = {cell_name(cell.benchmark) for _, cell in summary.failed_cells}
    names = _cell_labels(summary)
    alike: dict[tuple[str, str], list[str]] = {}
    for one in check(summary.results):
        if one.where not in failed:
            name = names.get(one.where, one.where)
            place = f"{name} ({one.figures})" if one.figures else name
            alike.setdefault((one.problem, one.remedy), []).append(place)
    for (problem, remedy), places in alike.items():
        yield Caveat("; ".join(places), f"{problem[:1].upper()}{problem[1:]}.", remedy)


def _cell_labels(summary: Summary) -> dict[str, str]:
    """Return name of a cell in findings -> name for the reader."""
    rows = summary.results["benchmarks"]
    has_sizes = len({row["batch_size"] for row in rows}) > 1
    names = {}
    for row in rows:
        control = " (control)" if row.get("control") else ""
        size = f", batch size {row['batch_size']}" if has_sizes else ""
        names[cell_name(row)] = f"{label(row)}{control}{size}"
    return names
