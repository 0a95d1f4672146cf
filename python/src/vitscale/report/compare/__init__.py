"""Comparison of two results of one machine, cell by cell."""

from vitscale.report.compare.change import Change, Verdict
from vitscale.report.compare.changes import Outcome, compare_results
from vitscale.report.compare.text import conclusion, csv_changes, markdown_changes, print_changes

__all__ = [
    "Change",
    "Outcome",
    "Verdict",
    "compare_results",
    "conclusion",
    "csv_changes",
    "markdown_changes",
    "print_changes",
]
