"""The report as one HTML page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from vitscale.report.caveats import caveats_between
from vitscale.report.claims import published
from vitscale.report.group import Source, groups_of
from vitscale.report.style import COLOURS, STAGE_COLOURS
from vitscale.report.template import render, source


def page(sources: Sequence[Source]) -> str:
    """Return the HTML of a report; the same results make the same page."""
    groups = groups_of(sources)
    scripts = [Markup(get_plotlyjs()), Markup(source("report.js"))]
    stages = {f"stage-{name}": pair for name, pair in STAGE_COLOURS.items()}
    return render(
        "report.html",
        groups=groups,
        caveats=caveats_between([one.results for one in sources]),
        published=published(),
        colours={**COLOURS, **stages},
        style=Markup(source("report.css")),
        scripts=scripts,
        script_hashes=[_integrity(script) for script in scripts],
    )


def _integrity(script: str) -> str:
    """Return what the Content-Security-Policy names a script by, so that no other one can run."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
