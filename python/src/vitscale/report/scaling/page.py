"""Measurement and estimate as a page of their own."""

from __future__ import annotations

from vitscale.report.html import render_page
from vitscale.report.scaling.section import ScalingSection


def scaling_page(scaling: ScalingSection) -> str:
    """Return one HTML page that needs no network."""
    return render_page("scaling.html", scaling=scaling)
