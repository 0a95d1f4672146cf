"""Every single pass of every process: warm-up hollow, measurement filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vitscale.bench.schema import Run
from vitscale.report import units
from vitscale.report.charts.figure import HEIGHT, Figure, Spec, Table, axis, layout, text
from vitscale.report.row import Cell, Row
from vitscale.report.style import Style
from vitscale.report.summary import Summary

_SPREAD = 0.7
"""Room that the passes of a process take between its place and the next one's."""


@dataclass(frozen=True)
class _Fork:
    """A process: whose, which run of its cell it is, and its place in the order of the rounds."""

    row: Row
    cell: Cell
    position: int
    run: Run

    @property
    def number(self) -> int:
        return self.run.get("fork", self.position + 1)

    def path(self, iteration: int) -> str:
        return f"{self.cell.row_id}.runs[{self.position}].iterations[{iteration}]"


def iterations(summary: Summary, looks: Mapping[str, Style]) -> Figure:
    """Return every iteration at the best batch sizes, in the order of the rounds."""
    forks = [
        _Fork(row, row.best, position, run)
        for row in summary.measured
        if row.best
        for position, run in enumerate(row.best.benchmark["runs"])
    ]
    numbers = sorted({fork.number for fork in forks})
    most = max((len(fork.run["iterations"]) for fork in forks), default=1)
    ticks = {
        "tickmode": "array",
        "tickvals": [at + _SPREAD / 2 for at in range(len(numbers))],
        "ticktext": [str(number) if number else "sweep" for number in numbers],
        "range": [-0.2, len(numbers) - 1 + _SPREAD + 0.2],
    }
    return Figure(
        name="iterations",
        title="Every iteration",
        note="At each backend's best batch size, one process after another. Hollow dots: warm-up.",
        description="Dots of images per second of every single iteration, in the order of the processes.",
        spec={
            "data": [_dots(fork, numbers.index(fork.number), most, looks[fork.row.label]) for fork in forks],
            "layout": layout(
                HEIGHT,
                xaxis=axis("process (round)", showgrid=False, **ticks),
                yaxis=axis("images/s", rangemode="tozero"),
            ),
        },
        table=Table(
            ("backend", "process", "phase", "images", "seconds", "images/s", "in the JSON"),
            [cells for fork in forks for cells in _cells(fork)],
        ),
    )


def _dots(fork: _Fork, place: int, most: int, look: Style) -> Spec:
    passes = fork.run["iterations"]
    rates = [one["images"] / one["seconds"] for one in passes]
    step = _SPREAD / max(most - 1, 1)
    return {
        "type": "scatter",
        "name": text(fork.row.label),
        "x": [round(place + step * number, 4) for number in range(len(rates))],
        "y": rates,
        "mode": "lines+markers",
        "line": {"color": f"{look.colour}/0.35", "dash": look.dash, "width": 1.5},
        "marker": {
            "color": [look.colour if one["phase"] == "measurement" else "var(--card)" for one in passes],
            "line": {"color": look.colour, "width": 2},
            "symbol": look.symbol,
            "size": 8,
        },
        "hoverinfo": "text",
        "text": [
            f"<b>{text(fork.row.label)}</b><br>{one['phase']}, batch size {fork.cell.batch_size}: "
            f"{units.number(rate)} images/s<br>{fork.path(number)}"
            for number, (one, rate) in enumerate(zip(passes, rates, strict=True))
        ],
    }


def _cells(fork: _Fork) -> list[tuple[str, ...]]:
    return [
        (
            fork.row.label,
            str(fork.number or "sweep"),
            one["phase"],
            str(one["images"]),
            units.number(one["seconds"]),
            units.number(one["images"] / one["seconds"]),
            fork.path(number),
        )
        for number, one in enumerate(fork.run["iterations"])
    ]
