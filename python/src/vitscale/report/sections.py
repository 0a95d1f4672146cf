"""The content of a report: results grouped by machine, since no ratio mixes machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from vitscale.report.agreement import Agreement, has_random_weights, judge
from vitscale.report.bottleneck import Bottleneck, bottlenecks
from vitscale.report.caveats import Caveat, brief, caveats_of
from vitscale.report.charts import charts
from vitscale.report.charts.chart import Chart
from vitscale.report.claims import (
    Check,
    ComparedTiming,
    check_claims,
    compared_timings,
    is_shown,
    rows_sentence,
    verdict_sentences,
)
from vitscale.report.command import shown_command
from vitscale.report.gpu_panel import COLUMNS, GpuFigures, gpu_figures
from vitscale.report.headline import Headline, headline, noise_of
from vitscale.report.ledger import Account, fold, ledger
from vitscale.report.machine import is_same_machine, machine_name
from vitscale.report.scaling.section import ScalingSection
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.style import Style, styles
from vitscale.report.summary import Summary, summarise_results
from vitscale.report.tables import Column, Entry, columns_of, failures_by_image, summary_entries
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
        """The command line, without the folders of the machine."""
        return shown_command(self.origin.results["command"])

    @cached_property
    def headline(self) -> Headline:
        """Fastest backend, agreement and weights in words."""
        return headline(self.summary)

    @cached_property
    def caveats(self) -> list[Caveat]:
        """Notes on the figures."""
        return caveats_of(self.summary)

    @cached_property
    def brief(self) -> str:
        """The notes in one sentence."""
        return brief(self.summary)

    @cached_property
    def looks(self) -> dict[str, Style]:
        """Label -> style of the charts' lines and markers."""
        return styles(self.summary.rows)

    @cached_property
    def charts(self) -> dict[str, Chart]:
        """Its charts by name."""
        return charts(self.summary, self.looks)

    @property
    def main_chart(self) -> Chart:
        """The chart below the headline: latency for queries one by one, else speed."""
        return self.charts.get("latency") or self.charts["speed-up"]

    @property
    def columns(self) -> list[Column]:
        """Columns of the summary."""
        return columns_of(self.summary)

    @property
    def entries(self) -> list[list[Entry]]:
        """Rows of the summary, in the order of ``summary.rows``."""
        return summary_entries(self.summary)

    @cached_property
    def bottlenecks(self) -> list[Bottleneck]:
        """The bottleneck of each backend."""
        return bottlenecks(self.origin.results)

    @cached_property
    def gpus(self) -> list[GpuFigures]:
        """Samples of the GPUs, a row for each backend that ran on one."""
        return gpu_figures(self.summary)

    @property
    def gpu_columns(self) -> tuple[str, ...]:
        """Headings of these rows."""
        return COLUMNS

    @property
    def noise(self) -> str:
        """The machine's noise, from the reference against itself; empty without a control."""
        return noise_of(self.summary.control) if self.summary.control else ""

    @property
    def judged(self) -> list[Agreement]:
        """The verdict on each parity row."""
        random = has_random_weights(self.origin.results)
        rows = enumerate(self.origin.results["parity"])
        return [judge(row, f"parity[{index}]", random_weights=random) for index, row in rows]

    @cached_property
    def ledger(self) -> list[Account]:
        """The account of all images, equal backends together."""
        return fold(ledger(self.summary))

    @cached_property
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
    def shown_checks(self) -> list[Check]:
        """The claims that these results test, or that they have a measurement beside."""
        return [check for check in self.checks if is_shown(check)]

    @property
    def untested(self) -> dict[str, int]:
        """Reason -> number of the other claims."""
        return Counter(check.reason for check in self.checks if not is_shown(check))

    @property
    def verdict(self) -> str:
        """What became of the claim of the published benchmark; empty where nothing here tests it."""
        return verdict_sentences(self.checks, [section.summary for section in self.sections])

    @property
    def rows(self) -> str:
        """Whether images were lost, in the publication and here."""
        return rows_sentence([section.summary for section in self.sections])

    @cached_property
    def timings(self) -> list[ComparedTiming]:
        """The published times, and ours beside them."""
        return compared_timings([section.summary for section in self.sections])


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
