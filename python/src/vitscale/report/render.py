"""How results become a report in one of its forms, and how it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from vitscale.errors import UsageError
from vitscale.report.output_format import Format, format_of
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.sections import Source
from vitscale.results.document import load_results
from vitscale.scaling.results import is_scaling, load
from vitscale.system.atomic_write import write_atomically


def render_report(results: Sequence[Path], form: Format) -> str:
    """Return results in one of the forms; the same results give the same text.

    Parameters
    ----------
    results : sequence of paths
        Results files, of benchmarks and of scaling; each has a section, and those of one machine stand
        together.
    form : Format
        What to make of them.

    Raises
    ------
    UsageError
        If there are no results, or more for a form than it holds.
    ResultsError
        If a file is not what it should be.
    """
    scaling = [scaling_source(path) for path in results if is_scaling(path)]
    sources = [_source(path) for path in results if not is_scaling(path)]
    if not results:
        raise UsageError("There is nothing to report; name at least one results file.")
    if scaling and form in (Format.CSV, Format.SVG):
        raise UsageError(f"{form} holds results of a benchmark alone; leave {scaling[0].name} out.")
    match form:
        case Format.MARKDOWN:
            from vitscale.report.markdown import markdown

            return markdown(sources, scaling)
        case Format.CSV:
            from vitscale.report.csv import spreadsheet

            return spreadsheet(sources)
        case Format.SVG:
            from vitscale.report.charts.svg import chart_svg

            if len(sources) > 1:
                raise UsageError(f"A chart holds one results file; got {len(sources)}. Draw them one by one.")
            return chart_svg(sources[0].results)
    from vitscale.report.page import page

    return page(sources, scaling)


def write_report(results: Sequence[Path], output: Path, form: Format | None = None) -> Path:
    """Write results as one file, in the form that its suffix asks for unless another is given.

    Returns
    -------
    Path
        ``output``; an old file is replaced.

    Raises
    ------
    UsageError, ResultsError
        As :func:`render_report`.
    OutputError
        If the report cannot be written; nothing is left half written.
    """
    text = render_report(results, form or format_of(output))
    write_atomically(output, encoded(text))
    return output


def encoded(text: str) -> bytes:
    """Return UTF-8; file names that are not UTF-8 hold lone surrogates, which are shown by their number."""
    return text.encode("utf-8", "backslashreplace")


def _source(path: Path) -> Source:
    return Source(load_results(path), _sha256(path), path.name)


def scaling_source(path: Path) -> ScalingSource:
    """Return results of scaling as a report takes them."""
    return ScalingSource(load(path), _sha256(path), path.name)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
