"""What a reader must know before believing the figures: each with its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitscale.report.agreement import Verdict
from vitscale.report.machine import machine_name
from vitscale.report.summary import REFERENCE, Summary
from vitscale.results import units
from vitscale.results.check import check
from vitscale.results.schema import BenchmarkSuite


@dataclass(frozen=True)
class Caveat:
    """A warning; a grave one says that a figure is not what it seems."""

    text: str
    is_grave: bool = False


def caveats_of(summary: Summary) -> list[Caveat]:
    """Return the caveats of one results file, the grave ones first."""
    grave = [*_answers(summary), *_losses(summary)]
    return [Caveat(text, is_grave=True) for text in grave] + [
        Caveat(text) for text in (*_failures(summary), *_method(summary))
    ]


def caveats_between(results: Sequence[BenchmarkSuite]) -> list[Caveat]:
    """Return what keeps several results files from being compared with each other."""
    found = []
    machines = dict.fromkeys(machine_name(one["environment"]) for one in results)
    if len(machines) > 1:
        found.append(
            f"The results are from different machines ({'; '.join(machines)}), each with a part of its own. "
            "No ratio mixes them; ratios travel better than images per second."
        )
    for what, values in (
        ("models", {one["workload"]["model"]["onnx_sha256"] for one in results}),
        ("sets of images", {str(one["workload"]["images"]["bytes"]) for one in results}),
        ("versions of ViTScale", {one["vitscale_version"] for one in results}),
    ):
        if len(values) > 1:
            found.append(
                f"The results are of different {what}. Measure again with the same ones to compare them."
            )
    return [Caveat(text) for text in found]


def _answers(summary: Summary) -> list[str]:
    labels: dict[str, list[str]] = {}
    for row in summary.rows:
        if row.agreement.verdict is Verdict.DIFFERS:
            labels.setdefault(row.agreement.reason, []).append(row.label)
    said = [
        f"{' and '.join(found)} {'disagrees' if len(found) == 1 else 'disagree'}. {reason}"
        for reason, found in labels.items()
    ]
    return [f"{' '.join(said)} The speed is that of another answer."] if said else []


def _losses(summary: Summary) -> list[str]:
    return [
        f"{row.label} lost {units.plural(row.lost, 'image')}: neither predicted nor reported as failed. "
        "Its speed counts images that it did not classify; please report this as a bug."
        for row in summary.rows
        if row.lost
    ]


def _failures(summary: Summary) -> list[str]:
    found = []
    failed = {failure["file"] for row in summary.rows for failure in row.failed}
    if failed:
        found.append(f"{units.plural(len(failed), 'image')} could not be classified; the names are below.")
    if summary.failed_cells:
        count = units.plural(len(summary.failed_cells), "benchmark")
        found.append(f"{count} failed and have no figures; the reasons are below.")
    return found


def _method(summary: Summary) -> list[str]:
    found = []
    if summary.measured and not (summary.reference and summary.reference.best):
        found.append(
            f"{REFERENCE} was not measured, so there are no ratios. "
            f"Add --backend {REFERENCE} to compare with it."
        )
    unproved = [row.label for row in summary.measured if row.is_on_gpu and not row.gpus]
    if unproved:
        found.append(
            f"That {' and '.join(unproved)} ran on a GPU is what the session says; the driver was not asked. "
            "`vitscale bench` asks it."
        )
    left_out = summary.results.get("left_out", [])
    if left_out:
        found.append(f"Left out, with its reason below: {units.plural(len(left_out), 'part')} of the plan.")
    unstable = {finding.where for finding in check(summary.results) if finding.is_unstable}
    if unstable:
        found.append(f"{units.plural(len(unstable), 'figure')} cannot be believed as they stand: see below.")
    once = [row.label for row in summary.measured if row.rate and row.rate["count"] == 1]
    if once:
        found.append(
            f"Measured only once: {', '.join(once)}. One iteration shows no spread; "
            "use --iterations 3 or more."
        )
    return found
