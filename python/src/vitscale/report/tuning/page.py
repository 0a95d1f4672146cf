"""Profiles as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.html import render_page
from vitscale.report.tuning.source import TuningSource


def tuning_page(sources: Sequence[TuningSource]) -> str:
    """Return one page with a section for each profile; the same profiles give the same page."""
    return render_page("tuning.html", sources=sources)
