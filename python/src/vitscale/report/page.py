"""The report as one HTML page that loads nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.caveats import caveats_between
from vitscale.report.claims import published
from vitscale.report.contents import parts_of
from vitscale.report.html import render_page
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.sections import Source, groups_of


def page(sources: Sequence[Source], scaling: Sequence[ScalingSource] = ()) -> str:
    """Return the HTML of a report; the same results give the same page."""
    return render_page(
        "report.html",
        groups=groups_of(sources, scaling),
        caveats=caveats_between([one.results for one in sources]),
        published=published(),
        parts_of=parts_of,
    )
