"""A bar chart for the README: one static SVG, readable on a light and on a dark page.

A template of thirty lines, because Plotly writes an SVG only with a browser at hand, and a README's picture
has to follow the reader's colours by CSS of its own.
"""

from __future__ import annotations

from vitscale.report.agreement import Verdict
from vitscale.report.headline import headline
from vitscale.report.style import COLOURS
from vitscale.report.summary import summarise_results
from vitscale.report.template import render
from vitscale.results import units
from vitscale.results.schema import BenchmarkSuite

_LONGEST_BAR = 560  # of the 760 units that the picture is wide; the rest is for the figures behind the bars


def chart_svg(results: BenchmarkSuite) -> str:
    """Return bars of images per second, each backend at its best batch size."""
    summary = summarise_results(results)
    longest = max((row.rate["median"] for row in summary.measured if row.rate), default=1.0)
    bars = [
        {
            "label": row.label,
            "backend": row.backend,
            "width": round(_LONGEST_BAR * row.rate["median"] / longest, 1),
            "figure": f"{units.number(row.rate['median'])} images/s",
            "ratio": units.ratio(row.ratio.median) if row.ratio and row is not summary.reference else "",
            "disagrees": row.agreement.verdict is Verdict.DIFFERS,
        }
        for row in summary.measured
        if row.rate
    ]
    model = results["workload"]["model"]
    caption = f"{model['name']} ({model['weights']} weights), {results['environment']['cpu']}"
    return render("chart.svg", bars=bars, colours=COLOURS, caption=caption, title=headline(summary).speed)
