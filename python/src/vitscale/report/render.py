"""Renders results as a report in one of its formats, and writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from vitscale.errors import UsageError
from vitscale.report.output_format import Format, format_of
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.sections import Source
from vitscale.report.tuning.source import TuningSource
from vitscale.results.document import load_results
from vitscale.results.profile import is_profile
from vitscale.scaling.results import is_scaling, load
from vitscale.system.atomic_write import write_atomically


def render_report(results: Sequence[Path], form: Format) -> str:
    """Return a report in a format; the same results give the same text.

    Parameters
    ----------
    results : sequence of paths
        Results files of benchmarks and of scaling. Each has a section; those of one machine form a group.
        Or profiles of `vitscale tune`, a section for each.
    form : Format
        Format of the report.

    Raises
    ------
    UsageError
        If there are no results, more than the format supports, or results beside profiles.
    ResultsError
        If a file is invalid.
    """
    if profiles := [path for path in results if is_profile(path)]:
        return _tuning_report(profiles, [path for path in results if path not in profiles], form)
    scaling = [scaling_source(path) for path in results if is_scaling(path)]
    sources = [_source(path) for path in results if not is_scaling(path)]
    if not results:
        raise UsageError("No results file given; give at least one.")
    if scaling and form in (Format.CSV, Format.SVG):
        raise UsageError(
            f"--format {form} supports results of `vitscale bench` only; remove {scaling[0].name}."
        )
    match form:
        case Format.MARKDOWN:
            from vitscale.report.markdown import markdown

            return markdown(sources, scaling)
        case Format.CSV:
            from vitscale.report.csv import spreadsheet

            return spreadsheet(sources)
        case Format.SVG:
            from vitscale.report.charts.svg import chart_svg

            _require_one(len(sources), "results file")
            return chart_svg(sources[0].results)
    from vitscale.report.page import page

    return page(sources, scaling)


def _tuning_report(profiles: Sequence[Path], others: Sequence[Path], form: Format) -> str:
    if others:
        raise UsageError(
            f"{others[0].name} is no profile. Profiles of `vitscale tune` have a report of their own: "
            "give the two kinds of files to two commands."
        )
    sources = [TuningSource.of(path, _sha256(path)) for path in profiles]
    match form:
        case Format.MARKDOWN:
            from vitscale.report.tuning.markdown import tuning_markdown

            return tuning_markdown(sources)
        case Format.CSV:
            from vitscale.report.tuning.files import tuning_csv

            return tuning_csv(sources)
        case Format.SVG:
            from vitscale.report.tuning.files import tuning_svg

            _require_one(len(sources), "profile")
            return tuning_svg(sources[0])
    from vitscale.report.tuning.page import tuning_page

    return tuning_page(sources)


def _require_one(count: int, what: str) -> None:
    if count > 1:
        raise UsageError(f"--format svg supports one {what}; got {count}. Draw them one by one.")


def write_report(results: Sequence[Path], output: Path, form: Format | None = None) -> Path:
    """Write a report to a file, in the given format or that of the suffix.

    Returns
    -------
    Path
        ``output``; an existing file is replaced.

    Raises
    ------
    UsageError, ResultsError
        As in :func:`render_report`.
    OutputError
        If the report cannot be written; then no partial file is left.
    """
    text = render_report(results, form or format_of(output))
    write_atomically(output, encoded(text))
    return output


def encoded(text: str) -> bytes:
    """Return UTF-8; lone surrogates of file names that are not UTF-8 become escapes."""
    return text.encode("utf-8", "backslashreplace")


def _source(path: Path) -> Source:
    return Source(load_results(path), _sha256(path), path.name)


def scaling_source(path: Path) -> ScalingSource:
    """Return results of scaling for a report."""
    return ScalingSource(load(path), _sha256(path), path.name)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
