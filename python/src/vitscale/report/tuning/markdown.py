"""Profiles as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.text_table import escaped, markdown_table
from vitscale.report.tuning.chart import COLUMNS
from vitscale.report.tuning.source import TuningSource

_WORDS = frozenset({0, len(COLUMNS) - 1})


def tuning_markdown(sources: Sequence[TuningSource]) -> str:
    """Return headline, table of the candidates and what was left out, for each profile."""
    return "\n".join(map(_section, sources))


def _section(one: TuningSource) -> str:
    left_out = [f"left out: {name}: {reason}" for name, reason in one.left_out.items()]
    lines = "".join(f"- {escaped(line)}\n" for line in [*one.lines, *left_out])
    title = f"### {escaped(one.model)} on {escaped(one.profile.cpu)} ({escaped(one.name)})\n"
    table = markdown_table(COLUMNS, one.rows, _WORDS)
    return "\n".join([title, f"{escaped(one.headline)}.\n", table, lines])
