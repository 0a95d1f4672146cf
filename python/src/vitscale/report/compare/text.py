"""A comparison as text: a table on a terminal, Markdown, comma-separated values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields

from rich.console import Console
from rich.text import Text

from vitscale.report.compare.change import REGRESSIONS, Change, Verdict
from vitscale.report.compare.changes import Outcome
from vitscale.report.terminal import result_table
from vitscale.report.text_table import csv_table, escaped, markdown_table
from vitscale.results import units

_COLUMNS: dict[str, Callable[[Change], str]] = {
    "backend": lambda change: change.label,
    "batch": lambda change: str(change.batch_size),
    "old images/s": lambda change: units.number(change.old_rate),
    "new images/s": lambda change: units.number(change.new_rate),
    "new / old": lambda change: units.ratio(change.ratio),
    "95 % interval": lambda change: units.ratio_interval(change.ci) or units.NONE,
    "p99 ms": lambda change: _arrow(*map(units.number, (change.old_p99_ms, change.new_p99_ms))),
    "peak memory": lambda change: _arrow(
        *map(units.mebibytes, (change.old_memory_bytes, change.new_memory_bytes))
    ),
    "verdict": lambda change: f"{_mark(change)} {change.verdict}".strip(),
}
_WORDS = frozenset({"backend", "verdict"})
_MINOR = frozenset({"95 % interval", "p99 ms", "peak memory"})
"""Columns that a narrow terminal omits."""
_WIDE = 120

_COLOURS = {
    Verdict.FASTER: "green",
    Verdict.MENDED: "green",
    Verdict.UNSURE: "yellow",
    Verdict.GONE: "yellow",
    Verdict.SLOWER: "bold red",
    Verdict.BROKEN: "bold red",
}


def conclusion(outcome: Outcome) -> str:
    """Return whether the new results are worse, in one or a few sentences."""
    worse, share = outcome.regressions, units.percent(outcome.threshold)
    said = [
        f"{units.plural(len(worse), 'cell')} became slower by more than {share} or failed: "
        f"{', '.join(_name(change) for change in worse)}."
        if worse
        else f"No cell became measurably slower by more than {share}."
    ]
    if outcome.doubts:
        said.append(
            f"{', '.join(_name(change) for change in outcome.doubts)} lost more than that, with too few "
            "forks to be sure; measure both again with --forks 3 or more."
        )
    said += [
        f"{change.backend} agrees less with {change.reference}: before {change.old}, now {change.new}. "
        f"{change.reason}"
        for change in outcome.disagreements
    ]
    return " ".join(said)


def markdown_changes(outcome: Outcome) -> str:
    """Return the conclusion, the table and the notes as Markdown."""
    columns = _shown(outcome)
    words = frozenset(number for number, name in enumerate(columns) if name in _WORDS)
    table = markdown_table(columns, [_cells(change, columns) for change in _in_both(outcome)], words)
    notes = [f"- {escaped(line)}\n" for line in _notes(outcome)]
    return f"**{escaped(conclusion(outcome))}**\n\n{table}" + ("\n" + "".join(notes) if notes else "")


def csv_changes(outcome: Outcome) -> str:
    """Return a row for each cell, with units in the column names."""
    names = [field.name for field in fields(Change) if field.name != "ci"]
    rows = [
        {
            **{name: value for name, value in asdict(change).items() if name != "ci"},
            "ci_low": change.ci["low"] if change.ci else "",
            "ci_high": change.ci["high"] if change.ci else "",
        }
        for change in outcome.changes
    ]
    return csv_table(rows, [*names, "ci_low", "ci_high"])


def print_changes(outcome: Outcome, console: Console) -> None:
    """Print the table, the notes and the conclusion."""
    columns = [name for name in _shown(outcome) if console.width >= _WIDE or name not in _MINOR]
    found = _in_both(outcome)
    rows, last = [_cells(change, columns) for change in found], len(columns) - 1
    colours = [_COLOURS.get(change.verdict, "") for change in found]
    console.print(result_table(columns, rows, colours, coloured=last, words=frozenset({last})))
    for line in _notes(outcome):
        console.print(Text(line, "dim"))
    is_bad = outcome.regressions or outcome.disagreements
    console.print(Text(conclusion(outcome), "bold red" if is_bad else "bold"))


def _shown(outcome: Outcome) -> list[str]:
    has_latency = any(change.new_p99_ms or change.old_p99_ms for change in outcome.changes)
    return [name for name in _COLUMNS if has_latency or name != "p99 ms"]


def _cells(change: Change, columns: list[str]) -> list[str]:
    return [_COLUMNS[name](change) for name in columns]


def _in_both(outcome: Outcome) -> list[Change]:
    return [change for change in outcome.changes if change.verdict not in (Verdict.GONE, Verdict.NEW)]


def _notes(outcome: Outcome) -> list[str]:
    failing = [f"{_name(change)}: {change.problem}" for change in outcome.changes if change.problem]
    better = [
        f"{change.backend}: {change.old.value} before, {change.new.value} now. {change.reason}"
        for change in outcome.answers
        if not change.is_worse
    ]
    only = [
        f"{verdict}: {', '.join(names)}"
        for verdict in (Verdict.GONE, Verdict.NEW)
        if (names := [_name(change) for change in outcome.changes if change.verdict is verdict])
    ]
    return [*failing, *better, *only, *(f"differs: {note}" for note in outcome.notes)]


def _name(change: Change) -> str:
    return f"{change.label} at batch size {change.batch_size}"


def _arrow(old: str, new: str) -> str:
    return f"{old} → {new}"


def _mark(change: Change) -> str:
    return "⚠" if change.verdict in REGRESSIONS else ""
