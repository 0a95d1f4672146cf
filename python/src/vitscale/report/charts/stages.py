"""Where the time of one image goes: stages stacked, a bar for each backend."""

from __future__ import annotations

from collections.abc import Mapping

from vitscale.report.charts.figure import Figure, Legend, Spec, Table, text
from vitscale.report.charts.rows import bar_width, rows_layout
from vitscale.report.naming import readable
from vitscale.report.style import Style
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import STAGES, StageName, Stages

_NAMES: dict[StageName, str] = {"postprocess": "post-process"}
_WORTH_A_WORD = 0.14
"""Share of the longest bar from which on a stage has room for its name."""


def stages(summary: Summary, looks: Mapping[str, Style]) -> Figure | None:
    """Return stacked bars of milliseconds an image, if stages were timed."""
    found = sorted(enumerate(summary.results.get("stages", [])), key=lambda pair: _total(pair[1]))
    if not found:
        return None
    rows = [row for _, row in found]
    longest = max(map(_total, rows)) or 1.0
    names = [readable(row["backend"]) for row in rows]
    layout = rows_layout(names, [f"{units.number(_total(row))} ms" for row in rows])
    return Figure(
        name="stages",
        title="Where the time of one image goes",
        note="Milliseconds an image, one batch after another on one thread, apart from the timed runs.",
        description="Stacked bars of the milliseconds that each stage takes, a bar for each backend.",
        spec={
            "data": [_stage(name, found, longest) | {"width": bar_width(names)} for name in STAGES],
            "layout": {**layout, "barmode": "stack", "uniformtext": {"mode": "hide", "minsize": 11}},
        },
        table=Table(
            ("backend", "batch", *map(named, STAGES), "total ms", "images", "in the JSON"),
            [_cells(index, row) for index, row in found],
        ),
        legend=tuple(Legend(_colour(name), named(name)) for name in STAGES),
    )


def named(stage: StageName) -> str:
    """Return a stage's name for the reader."""
    return _NAMES.get(stage, stage)


def _stage(name: StageName, found: list[tuple[int, Stages]], longest: float) -> Spec:
    values = [row["ms_per_image"][name] for _, row in found]
    return {
        "type": "bar",
        "orientation": "h",
        "name": named(name),
        "x": values,
        "y": list(range(len(found))),
        "marker": {"color": _colour(name), "line": {"color": "var(--card)", "width": 1}},
        "text": [named(name) if value / longest > _WORTH_A_WORD else "" for value in values],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "insidetextfont": {"color": "var(--on-stage)", "size": 12},
        "hoverinfo": "text",
        "hovertext": [
            f"<b>{text(readable(row['backend']))}</b><br>{named(name)}: {units.number(value)} ms, "
            f"{units.percent(value / (_total(row) or 1.0))}<br>stages[{index}]"
            for (index, row), value in zip(found, values, strict=True)
        ],
    }


def _colour(name: StageName) -> str:
    return f"var(--stage-{name})"


def _total(row: Stages) -> float:
    return sum(row["ms_per_image"].values())


def _cells(index: int, row: Stages) -> tuple[str, ...]:
    times = [units.number(row["ms_per_image"][name]) for name in STAGES]
    total = units.number(_total(row))
    return (
        readable(row["backend"]),
        str(row["batch_size"]),
        *times,
        total,
        str(row["images"]),
        f"stages[{index}]",
    )
