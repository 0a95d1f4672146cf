"""Every iteration of every process: warm-up hollow, measurement filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vitscale.report.charts.canvas import Canvas
from vitscale.report.charts.chart import Chart, Table
from vitscale.report.charts.rows import BAR, Rows
from vitscale.report.row import Cell, Row
from vitscale.report.style import Style, light
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import Run

_DOT, _SMALLEST_DOT = 6.5, 3.0
"""Sizes of a dot in CSS pixels, for one process and for many."""


@dataclass(frozen=True)
class _Fork:
    """A process: whose, which run of its cell it is, and how far from the middle of its row it is drawn.

    ``offset`` is a share of the height of a bar.
    """

    row: Row
    cell: Cell
    position: int
    run: Run
    offset: float

    @property
    def number(self) -> int:
        return self.run.get("fork", self.position + 1)

    @property
    def rates(self) -> list[float]:
        return [one["images"] / one["seconds"] for one in self.run["iterations"]]

    def rates_of(self, phase: str) -> list[float]:
        return [
            rate
            for one, rate in zip(self.run["iterations"], self.rates, strict=True)
            if one["phase"] == phase
        ]

    def path(self, iteration: int) -> str:
        return f"{self.cell.row_id}.runs[{self.position}].iterations[{iteration}]"


def iterations(summary: Summary, looks: Mapping[str, Style]) -> Chart:
    """Return every iteration at the best batch sizes, a line for each process of a backend."""
    rows = [row for row in summary.measured if row.best]
    found = [_forks(row) for row in rows]
    medians = [units.number(row.rate["median"] if row.rate else None) for row in rows]
    every = [fork for forks in found for fork in forks]
    return Chart(
        name="iterations",
        title="Every iteration",
        note="Images per second of each iteration at the best batch size, a line for each process from the "
        "first to the last. Hollow dots: warm-up. Figure: median.",
        description="Dots of images per second of every single iteration, a row for each backend.",
        draw=lambda width: _draw(width, Rows([row.label for row in rows], medians), found, looks),
        table=Table(
            ("backend", "process", "phase", "images", "seconds", "images/s"),
            [cells for fork in every for cells in _cells(fork)],
            [fork.path(number) for fork in every for number in range(len(fork.run["iterations"]))],
        ),
    )


def _forks(row: Row) -> list[_Fork]:
    """Return the processes of a row, from the top of its height to the bottom in the order of the rounds."""
    assert row.best
    runs = row.best.benchmark["runs"]
    middle = (len(runs) - 1) / 2
    return [
        _Fork(row, row.best, position, run, (position - middle) / len(runs))
        for position, run in enumerate(runs)
    ]


def _draw(width: int, rows: Rows, found: Sequence[Sequence[_Fork]], looks: Mapping[str, Style]) -> Canvas:
    canvas = rows.canvas(width)
    for at, forks in enumerate(found):
        if forks:
            _draw_row(canvas, at, forks, rows.bar_height(width), looks[forks[0].row.label])
    fastest = max((rate for forks in found for fork in forks for rate in fork.rates), default=1.0)
    canvas.axes.set_xlim(0, 1.02 * fastest)
    return canvas


def _draw_row(canvas: Canvas, at: int, forks: Sequence[_Fork], height: float, look: Style) -> None:
    for fork in forks:
        y = [at + fork.offset * height] * len(fork.rates)
        canvas.axes.plot(fork.rates, y, color=look.colour, alpha=0.35, linewidth=1.5)
    for phase, fill in (("warmup", light("card")), ("measurement", look.colour)):
        dots = [(rate, at + fork.offset * height) for fork in forks for rate in fork.rates_of(phase)]
        (line,) = canvas.axes.plot(
            [x for x, _ in dots],
            [y for _, y in dots],
            linestyle="none",
            marker="o",
            markeredgecolor=look.colour,
            markerfacecolor=fill,
            markersize=min(_DOT, max(_SMALLEST_DOT, BAR / len(forks))),
        )
        canvas.tip(line, _tip(forks, phase))


def _tip(forks: Sequence[_Fork], phase: str) -> str:
    rates = [rate for fork in forks for rate in fork.rates_of(phase)]
    ends = units.between(min(rates), max(rates)) if rates else units.NONE
    name = "warm-up" if phase == "warmup" else phase
    return f"{forks[0].row.label}, {name}: {units.plural(len(rates), 'iteration')}, {ends} images/s"


def _cells(fork: _Fork) -> list[tuple[str, ...]]:
    return [
        (
            fork.row.label,
            str(fork.number or "sweep"),
            one["phase"],
            str(one["images"]),
            units.number(one["seconds"]),
            units.number(rate),
        )
        for one, rate in zip(fork.run["iterations"], fork.rates, strict=True)
    ]
