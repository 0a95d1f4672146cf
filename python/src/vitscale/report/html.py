"""The frame of all pages: one file with its styles inside, without scripts, that needs no network."""

from __future__ import annotations

from markupsafe import Markup

from vitscale.report.charts.chart import NARROW, WIDE, Chart
from vitscale.report.style import COLOURS
from vitscale.report.template import render, source


def render_page(template: str, **values: object) -> str:
    """Return a page: a template that extends ``base.html``, filled in.

    Parameters
    ----------
    template : str
        Name of the template.
    **values
        Its variables.
    """
    return render(template, **values, colours=COLOURS, style=Markup(source("report.css")), drawings=_drawings)


def _drawings(chart: Chart, id_: str) -> Markup:
    """Return the chart at both widths; the stylesheet shows the one that fits."""
    sizes = {"wide": WIDE, "narrow": NARROW}
    return Markup(
        "".join(
            chart.draw(width).svg(f"{id_}-{name}", {"class": f"drawing {name}", "aria-hidden": "true"})
            for name, width in sizes.items()
        )
    )
