"""The report as Markdown, for a README or a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.claims import Check
from vitscale.report.scaling.section import ScalingSection
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.sections import Group, Section, Source, groups_of
from vitscale.report.text_table import escaped, markdown_table
from vitscale.results import units

_CLAIM_COLUMNS = ("claim", "set", "claimed", "ours", "outcome", "why", "tested with")
_CLAIM_WORDS = frozenset({0, 1, 4, 5, 6})


def markdown(sources: Sequence[Source], scaling: Sequence[ScalingSource] = ()) -> str:
    """Return results, grouped by machine, and the claims that they test."""
    groups = groups_of(sources, scaling)
    parts: list[str] = []
    for group in groups:
        if len(groups) > 1:
            parts.append(f"## {escaped(group.machine)}\n")
        for section in group.sections:
            if len(sources) > 1:
                parts.append(f"### {escaped(section.origin.name)}\n")
            parts.append(summary_markdown(section))
        parts += map(scaling_markdown, group.scaling)
        parts.append(claims_markdown(group))
    return "\n".join(parts)


def summary_markdown(section: Section) -> str:
    """Return headline, summary and what must be known beside it, of one results file."""
    columns = section.columns
    left_out = section.origin.results.get("left_out", [])
    words = frozenset(number for number, column in enumerate(columns) if column.is_text)
    rows = [[str(entry) for entry in row] for row in section.entries]
    parts = [
        f"{escaped(str(section.headline))}\n",
        markdown_table([column.title for column in columns], rows, words),
        _listed([caveat.text for caveat in section.caveats if caveat.is_grave]),
        _listed([*filter(None, [section.noise]), *(one.sentence for one in section.bottlenecks)]),
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


def _gpu_table(section: Section) -> str:
    found = section.gpus
    words = frozenset({0, 2, len(section.gpu_columns) - 2, len(section.gpu_columns) - 1})
    return markdown_table(section.gpu_columns, [one.cells for one in found], words) if found else ""


def claims_markdown(group: Group) -> str:
    """Return what became of the published claims."""
    table = markdown_table(_CLAIM_COLUMNS, [_claim_cells(check) for check in group.checks], _CLAIM_WORDS)
    return f"### The published claims, checked\n\n{table}\n{escaped(group.rows)}\n"


def scaling_markdown(scaling: ScalingSection) -> str:
    """Return what was measured of scaling; the estimate is in the page."""
    return f"### Scaling ({escaped(scaling.origin.name)})\n\n{_listed(scaling.measured_lines)}"


def _claim_cells(check: Check) -> tuple[str, ...]:
    ours = units.ratio(check.ratio)
    if check.scaling:
        ours = f"{check.scaling.measured_text}; {check.scaling.estimate_text}"
    if check.ci:
        ours += f" ({units.ratio_interval(check.ci)})"
    claim = check.claim
    return (
        claim.statement,
        claim.images,
        units.ratio(claim.ratio),
        ours,
        check.outcome,
        check.reason,
        check.tested_with,
    )


def _listed(lines: Sequence[str]) -> str:
    return "".join(f"- {escaped(line)}\n" for line in lines)
