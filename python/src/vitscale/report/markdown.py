"""The report as Markdown, for a README or a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.claims import Check
from vitscale.report.naming import readable
from vitscale.report.scaling.section import ScalingSection
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.sections import Group, Section, Source, groups_of
from vitscale.report.tables import ratio_entry
from vitscale.report.text_table import escaped, markdown_table
from vitscale.results import units

_BOTTLENECK_COLUMNS = (
    "backend",
    "bound by",
    "share of time",
    "speed if all else took no time",
    "what would help",
)
_CLAIM_COLUMNS = ("claim", "set", "claimed", "ours", "outcome", "reason", "tested with")
_CLAIM_WORDS = frozenset({0, 1, 4, 5, 6})


def markdown(sources: Sequence[Source], scaling: Sequence[ScalingSource] = ()) -> str:
    """Return results, grouped by machine, and the claims that they test."""
    groups = groups_of(sources, scaling)
    parts: list[str] = []
    for group in groups:
        if len(groups) > 1:
            parts.append(f"## {escaped(group.machine)}\n")
        if group.verdict:
            parts.append(f"{escaped(group.verdict)}\n")
        for section in group.sections:
            if len(sources) > 1:
                parts.append(f"### {escaped(section.origin.name)}\n")
            parts.append(summary_markdown(section))
        parts += map(scaling_markdown, group.scaling)
        parts += filter(None, [claims_markdown(group)])
    return "\n".join(parts)


def summary_markdown(section: Section) -> str:
    """Return headline, summary and grave notes of one results file."""
    columns = section.columns
    left_out = section.origin.results.get("left_out", [])
    words = frozenset(number for number, column in enumerate(columns) if column.is_text)
    rows = [[str(entry) for entry in row] for row in section.entries]
    parts = [
        f"{escaped(str(section.headline))}\n",
        markdown_table([column.title for column in columns], rows, words),
        _listed([*filter(None, [section.noise]), *(one.sentence for one in section.caveats if one.is_grave)]),
        _bottleneck_table(section),
        _gpu_table(section),
        _listed(
            [
                f"{row.label}, batch size {cell.batch_size} failed: {cell.problem}"
                for row, cell in section.summary.failed_cells
            ]
        ),
        _listed([f"left out: {one['what']}: {one['reason']}" for one in left_out]),
    ]
    return "\n".join(filter(None, parts))


def _bottleneck_table(section: Section) -> str:
    rows = [
        (readable(one.backend), one.part, units.percent(one.share), units.ratio(one.most), one.remedy)
        for one in section.bottlenecks
    ]
    return markdown_table(_BOTTLENECK_COLUMNS, rows, frozenset({0, 1, 4})) if rows else ""


def _gpu_table(section: Section) -> str:
    found = section.gpus
    words = frozenset({0, 2, len(section.gpu_columns) - 1})
    return markdown_table(section.gpu_columns, [one.cells for one in found], words) if found else ""


def claims_markdown(group: Group) -> str:
    """Return the outcome of the published claims that these results test; empty where they test none."""
    if not group.shown_checks:
        return ""
    rows = [_claim_cells(check) for check in group.shown_checks]
    table = markdown_table(_CLAIM_COLUMNS, rows, _CLAIM_WORDS)
    untested = _listed(
        [
            f"{units.plural(count, 'claim')} not tested here: {reason}"
            for reason, count in group.untested.items()
        ]
    )
    return f"### Published claims, checked\n\n{table}\n{untested}\n{escaped(group.rows)}\n"


def scaling_markdown(scaling: ScalingSection) -> str:
    """Return the measurement of scaling; the estimate is in the page."""
    return f"### Scaling ({escaped(scaling.origin.name)})\n\n{_listed(scaling.measured_lines)}"


def _claim_cells(check: Check) -> tuple[str, ...]:
    claim, scaling = check.claim, check.scaling
    ours = (
        f"{scaling.measured_text}; {scaling.estimate_text}" if scaling else ratio_entry(check.ratio, check.ci)
    )
    return (
        claim.statement,
        claim.images,
        units.ratio(claim.ratio),
        str(ours),
        check.outcome,
        check.reason,
        check.tested_with,
    )


def _listed(lines: Sequence[str]) -> str:
    return "".join(f"- {escaped(line)}\n" for line in lines)
