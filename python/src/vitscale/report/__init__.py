"""Reads results and shows them, as a page, a table or a chart; it measures nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from vitscale.bench.results import load_results
from vitscale.errors import UsageError
from vitscale.files import write_atomically
from vitscale.report.page import Source, page
from vitscale.report.svg import chart_svg
from vitscale.report.tables import csv_rows, markdown_table

__all__ = ["chart_svg", "csv_rows", "markdown_table", "write_report"]


def write_report(results: Sequence[Path] | Path, output: Path) -> Path:
    """Write results as one HTML file that opens without a network.

    Parameters
    ----------
    results : path or sequence of paths
        Results files; several, of several machines say, get a section each.
    output : Path
        The file to write; an old one is replaced.

    Returns
    -------
    Path
        ``output``.

    Raises
    ------
    UsageError
        If there are no results.
    ResultsError
        If a file is not what it should be.
    OutputError
        If the report cannot be written.
    """
    paths = [results] if isinstance(results, Path) else list(results)
    if not paths:
        raise UsageError("There is nothing to report; name at least one results file.")
    sources = [Source(load_results(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]
    # File names that are not UTF-8 hold lone surrogates, which are shown as \udcXX.
    write_atomically(output, page(sources).encode("utf-8", "backslashreplace"))
    return output
