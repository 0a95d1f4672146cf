"""Where the time of one image goes: stages stacked, a bar for each backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vitscale.report.charts.canvas import Canvas
from vitscale.report.charts.chart import Chart, Legend, Table
from vitscale.report.charts.rows import Rows
from vitscale.report.naming import readable
from vitscale.report.style import Style, light
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import STAGES, StageName, Stages

_NAMES: dict[StageName, str] = {"postprocess": "post-process"}
_WORTH_A_WORD = 0.14
"""Share of the longest bar from which on a stage has room for its name."""


def stages(summary: Summary, looks: Mapping[str, Style]) -> Chart | None:
    """Return stacked bars of milliseconds an image, if stages were timed."""
    found = sorted(enumerate(summary.results.get("stages", [])), key=lambda pair: _total(pair[1]))
    if not found:
        return None
    rows = [row for _, row in found]
    return Chart(
        name="stages",
        title="Time of one image by stage",
        note="Milliseconds an image, one batch after another on one thread, apart from the timed runs.",
        description="Stacked bars of the milliseconds that each stage takes, a bar for each backend.",
        draw=lambda width: _draw(width, rows),
        table=Table(
            ("backend", "batch size", *(f"{named(name)} ms" for name in STAGES), "total ms", "images"),
            [_cells(row) for row in rows],
            [f"stages[{index}]" for index, _ in found],
        ),
        legend=tuple(Legend(_colour(name), named(name)) for name in STAGES),
    )


def named(stage: StageName) -> str:
    """Return a stage's name for the reader."""
    return _NAMES.get(stage, stage)


def _draw(width: int, rows: Sequence[Stages]) -> Canvas:
    layout = Rows(
        [readable(row["backend"]) for row in rows], [f"{units.number(_total(row))} ms" for row in rows]
    )
    canvas = layout.canvas(width)
    longest = max(map(_total, rows)) or 1.0
    for at, row in enumerate(rows):
        start = 0.0
        for name in STAGES:
            value = row["ms_per_image"][name]
            (bar,) = canvas.axes.barh(
                at,
                value,
                left=start,
                height=layout.bar_height(width),
                color=light(_colour(name)),
                edgecolor=light("card"),
                linewidth=0.7,
            )
            share = units.percent(value / (_total(row) or 1.0))
            canvas.tip(bar, f"{readable(row['backend'])}, {named(name)}: {units.number(value)} ms, {share}")
            if value / longest > _WORTH_A_WORD:
                look = {"color": light("card"), "fontsize": 12, "ha": "center", "va": "center_baseline"}
                canvas.text(named(name), (start + value / 2, at), (0, -1), xycoords="data", **look)
            start += value
    canvas.axes.set_xlim(0, 1.02 * longest)
    return canvas


def _colour(name: StageName) -> str:
    return f"stage-{name}"


def _total(row: Stages) -> float:
    return sum(row["ms_per_image"].values())


def _cells(row: Stages) -> tuple[str, ...]:
    times = [units.number(row["ms_per_image"][name]) for name in STAGES]
    total = units.number(_total(row))
    return (readable(row["backend"]), str(row["batch_size"]), *times, total, str(row["images"]))
