"""What a report shows: results grouped by the machine that they are from, which no ratio ever mixes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from vitscale.report.agreement import Agreement, judge
from vitscale.report.bottleneck import Bottleneck, bottlenecks
from vitscale.report.caveats import Caveat, caveats_of
from vitscale.report.charts import figures
from vitscale.report.charts.figure import Figure
from vitscale.report.claims import Check, check_claims, published_figures, rows_sentence
from vitscale.report.claims import Figure as PublishedFigure
from vitscale.report.gpu_panel import COLUMNS, GpuFigures, gpu_figures
from vitscale.report.headline import Headline, headline, noise_of
from vitscale.report.ledger import Account, ledger
from vitscale.report.machine import is_same_machine, machine_name
from vitscale.report.scaling.section import ScalingSection
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.style import Style, styles
from vitscale.report.summary import Summary, summarise_results
from vitscale.report.tables import Column, Entry, columns_of, failures_by_image, summary_entries
from vitscale.results.check import Finding, cell_name, check
from vitscale.results.schema import BenchmarkSuite, Environment
from vitscale.scaling.simulation import estimates


@dataclass(frozen=True)
class Source:
    """Results, and the name and SHA-256 of the file that they are from."""

    results: BenchmarkSuite
    sha256: str
    name: str = "results.json"


@dataclass(frozen=True)
class Section:
    """One results file.

    Attributes
    ----------
    number : int
        From 1, part of every id in the section.
    origin : Source
        Where it is from.
    summary : Summary
        Its figures.
    """

    number: int
    origin: Source
    summary: Summary

    @property
    def command(self) -> str:
        """The command line, to be pasted into a shell."""
        return shlex.join(self.origin.results["command"])

    @cached_property
    def headline(self) -> Headline:
        """What it means."""
        return headline(self.summary)

    @property
    def caveats(self) -> list[Caveat]:
        """What to know before believing it."""
        return caveats_of(self.summary)

    @cached_property
    def looks(self) -> dict[str, Style]:
        """Label -> style of the charts' lines and markers."""
        return styles(self.summary.rows)

    @cached_property
    def figures(self) -> list[Figure]:
        """Its charts."""
        return figures(self.summary, self.looks)

    @property
    def columns(self) -> list[Column]:
        """Columns of the summary."""
        return columns_of(self.summary)

    @property
    def entries(self) -> list[list[Entry]]:
        """Rows of the summary, in the order of ``summary.rows``."""
        return summary_entries(self.summary)

    @property
    def bottlenecks(self) -> list[Bottleneck]:
        """What bounds each backend."""
        return bottlenecks(self.origin.results)

    @property
    def gpus(self) -> list[GpuFigures]:
        """What the GPUs did, a row for each backend that ran on one."""
        return gpu_figures(self.summary)

    @property
    def gpu_columns(self) -> tuple[str, ...]:
        """Headings of these rows."""
        return COLUMNS

    @property
    def noise(self) -> str:
        """What the reference against itself tells; empty without a control."""
        return noise_of(self.summary.control) if self.summary.control else ""

    @property
    def findings(self) -> dict[str, list[Finding]]:
        """What speaks against the figures, by what it concerns; failed cells have a place of their own.

        What is said of several in the same words is said once.
        """
        failed = {cell_name(cell.benchmark) for _, cell in self.summary.failed_cells}
        found: dict[str, list[Finding]] = {}
        for one in check(self.origin.results):
            if one.where not in failed:
                found.setdefault(one.where, []).append(one)
        alike: dict[tuple[str, ...], list[str]] = {}
        for where, findings in found.items():
            alike.setdefault(tuple(one.what for one in findings), []).append(where)
        return {"; ".join(places): found[places[0]] for places in alike.values()}

    @property
    def judged(self) -> list[Agreement]:
        """The verdict on each parity row."""
        return [judge(row, f"parity[{index}]") for index, row in enumerate(self.origin.results["parity"])]

    @property
    def ledger(self) -> list[Account]:
        """Whether every image was accounted for."""
        return ledger(self.summary)

    @property
    def failures(self) -> dict[tuple[str, str], list[str]]:
        """Image and reason -> the backends in which it failed, images by name."""
        return failures_by_image(self.summary.rows)


@dataclass(frozen=True)
class Group:
    """All results of one machine.

    Attributes
    ----------
    environment : Environment
        The machine.
    sections : list of Section
        One for each results file of a benchmark.
    scaling : list of ScalingSection
        One for each results file of scaling.
    """

    environment: Environment
    sections: list[Section]
    scaling: list[ScalingSection]

    @property
    def machine(self) -> str:
        """Processor, cores and memory."""
        return machine_name(self.environment)

    @cached_property
    def checks(self) -> list[Check]:
        """The published claims against these results."""
        return check_claims(
            [section.summary for section in self.sections], [one.origin for one in self.scaling]
        )

    @property
    def rows(self) -> str:
        """Whether images were lost, in the publication and here."""
        return rows_sentence([section.summary for section in self.sections])

    @cached_property
    def published_figures(self) -> list[PublishedFigure]:
        """The published times, and ours beside them."""
        return published_figures([section.summary for section in self.sections])

    def place(self, check: Check) -> str:
        """Return where a check's figures are: path in the results, and file where there are several."""
        if check.scaling:
            return f"{check.scaling.file}: efficiency.job"
        if check.source is None:
            return ""
        section = self.sections[check.source]
        return f"{section.origin.name}: {check.row_id}" if len(self.sections) > 1 else check.row_id


def groups_of(sources: Sequence[Source], scaling: Sequence[ScalingSource] = ()) -> list[Group]:
    """Return results grouped by machine, machines and files in the order in which they were named."""
    groups: list[Group] = []
    of_benchmark = [(_group_of(one.results["environment"], groups), one) for one in sources]
    for one in scaling:
        section = ScalingSection(one, estimates(one.calibration))
        _group_of(one.measured["environment"], groups).scaling.append(section)
    number = 0
    for group in groups:
        for origin in [one for where, one in of_benchmark if where is group]:
            number += 1
            group.sections.append(Section(number, origin, summarise_results(origin.results)))
    return groups


def _group_of(machine: Environment, groups: list[Group]) -> Group:
    """Return a machine's group, a new one at the end if it has none."""
    for group in groups:
        if is_same_machine(group.environment, machine):
            return group
    groups.append(Group(machine, [], []))
    return groups[-1]
