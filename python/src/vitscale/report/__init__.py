"""Reads results and shows them, as a page, a table or a chart; it measures nothing."""

from vitscale.report.formats import Format, format_of, render_report, write_report

__all__ = ["Format", "format_of", "render_report", "write_report"]
