"""The report as one HTML page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from vitscale.bench.schema import BenchmarkSuite
from vitscale.report.agreement import Agreement, judge
from vitscale.report.bars import memory, speed_up
from vitscale.report.caveats import Caveat, caveats_between, caveats_of
from vitscale.report.figure import Figure
from vitscale.report.headline import Headline, headline
from vitscale.report.lines import iterations, throughput
from vitscale.report.style import COLOURS, Style, styles
from vitscale.report.summary import Row, Summary, summarise_results
from vitscale.report.tables import COLUMNS, summary_cells
from vitscale.report.template import render, source


@dataclass(frozen=True)
class Source:
    """Results and the SHA-256 of the file that they are from."""

    results: BenchmarkSuite
    sha256: str


@dataclass(frozen=True)
class Section:
    """What the page shows of one results file.

    Attributes
    ----------
    number : int
        From 1, part of every id in the section.
    origin : Source
        Where it is from.
    summary : Summary
        Its figures.
    headline : Headline
        Its meaning.
    caveats : list of Caveat
        What to know before believing it.
    figures : list of Figure
        Its charts.
    looks : dict
        Label -> style of the charts' lines and markers.
    """

    number: int
    origin: Source
    summary: Summary
    headline: Headline
    caveats: list[Caveat]
    figures: list[Figure]
    looks: dict[str, Style]

    @property
    def command(self) -> str:
        """The command line, to be pasted into a shell."""
        return shlex.join(self.origin.results["command"])

    @property
    def judged(self) -> list[Agreement]:
        """The verdict on each parity row."""
        return [judge(row, f"parity[{index}]") for index, row in enumerate(self.origin.results["parity"])]

    @property
    def failures(self) -> dict[tuple[str, str], list[str]]:
        """Image and reason -> the backends in which it failed, images by name."""
        found: dict[tuple[str, str], list[str]] = {}
        for row in self.summary.rows:
            for failure in row.failed:
                found.setdefault((failure["file"], failure["reason"]), []).append(row.label)
        return dict(sorted(found.items()))

    def cells(self, row: Row) -> list[tuple[str, str]]:
        """Return heading and text of each cell in a row of the summary."""
        return list(zip(COLUMNS, summary_cells(row), strict=True))


def page(sources: Sequence[Source]) -> str:
    """Return the HTML of a report; the same results make the same page."""
    scripts = [Markup(get_plotlyjs()), Markup(source("report.js"))]
    return render(
        "report.html",
        sections=[_section(number, one) for number, one in enumerate(sources, start=1)],
        caveats=caveats_between([one.results for one in sources]),
        columns=COLUMNS,
        colours=COLOURS,
        style=Markup(source("report.css")),
        scripts=scripts,
        script_hashes=[_integrity(script) for script in scripts],
    )


def _section(number: int, origin: Source) -> Section:
    summary = summarise_results(origin.results)
    looks = styles(summary.rows)
    charts = (throughput, speed_up, memory, iterations)
    return Section(
        number=number,
        origin=origin,
        summary=summary,
        headline=headline(summary),
        caveats=caveats_of(summary),
        figures=[chart(summary, looks) for chart in charts] if summary.measured else [],
        looks=looks,
    )


def _integrity(script: str) -> str:
    """Return what the Content-Security-Policy names a script by, so that no other one can run."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
