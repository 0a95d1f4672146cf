"""Charts as SVG files of their own, readable on a light and on a dark page."""

from __future__ import annotations

from html import escape

from vitscale.report.agreement import Verdict
from vitscale.report.charts.canvas import Canvas
from vitscale.report.charts.chart import WIDE
from vitscale.report.charts.rows import draw_bars
from vitscale.report.headline import headline
from vitscale.report.row import Row
from vitscale.report.style import COLOURS, light, styles
from vitscale.report.summary import summarise_results
from vitscale.results import units
from vitscale.results.schema import BenchmarkSuite

_FONT = 'text { font-family: system-ui, -apple-system, "Segoe UI", sans-serif }'


def chart_svg(results: BenchmarkSuite) -> str:
    """Return bars of images per second, each backend at its best batch size.

    Parameters
    ----------
    results : BenchmarkSuite
        One results file.
    """
    summary = summarise_results(results)
    rows = summary.measured
    rates = [row.rate["median"] if row.rate else 0.0 for row in rows]
    shown = [_shown(row) for row in rows]
    canvas = draw_bars(WIDE, rows, rates, shown, styles(summary.rows))
    title = headline(summary).speed
    model = results["workload"]["model"]
    said = [
        f"Images per second (and speed against {summary.reference_name}).",
        f"{model['name']} ({model['weights']} weights), {results['environment']['cpu']}.",
    ]
    if any(row.agreement.verdict is Verdict.DIFFERS for row in rows):
        said.append("⚠ gives other labels.")
    return standalone(canvas, title, " ".join(said))


def standalone(canvas: Canvas, title: str, caption: str) -> str:
    """Return a drawing as a file of its own.

    Parameters
    ----------
    canvas : Canvas
        The drawing.
    title : str
        What it says, for screen readers.
    caption : str
        Sentences below it.
    """
    canvas.caption(caption)
    attributes = {"role": "img", "width": str(canvas.width), "height": str(round(canvas.height, 2))}
    svg = canvas.svg("chart", attributes)
    head = f"<title>{escape(title)}</title><style>{_FONT} {_dark(svg)}</style>"
    start = svg.index(">") + 1
    return f"{svg[:start]}{head}{svg[start:]}\n"


def _shown(row: Row) -> str:
    rate = units.number(row.rate["median"] if row.rate else None)
    return f"{rate} ({units.ratio(row.ratio.median)})" if row.ratio else rate


def _dark(svg: str) -> str:
    """Return the rules that give the colours of a drawing their counterparts on a dark page."""
    rules = [
        f'[{where}="{light(name)}"] {{ {where}: {dark} }}'
        for name, (_, dark) in COLOURS.items()
        for where in ("fill", "stroke")
        if f'{where}="{light(name)}"' in svg
    ]
    return f"@media (prefers-color-scheme: dark) {{ {' '.join(rules)} }}"
