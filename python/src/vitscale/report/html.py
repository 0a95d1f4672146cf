"""What all pages are made of: one file that needs no network, with the scripts and the look inside."""

from __future__ import annotations

import base64
import hashlib

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from vitscale.report.style import COLOURS, STAGE_COLOURS
from vitscale.report.template import render, source


def render_page(template: str, **values: object) -> str:
    """Return a page: a template that extends ``base.html``, filled in."""
    scripts = [Markup(get_plotlyjs()), Markup(source("report.js"))]
    stages = {f"stage-{name}": pair for name, pair in STAGE_COLOURS.items()}
    return render(
        template,
        **values,
        colours={**COLOURS, **stages},
        style=Markup(source("report.css")),
        scripts=scripts,
        script_hashes=[_integrity(script) for script in scripts],
    )


def _integrity(script: str) -> str:
    """Return what the Content-Security-Policy names a script by, so that no other one can run."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
