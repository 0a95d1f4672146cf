"""Every single pass of every process: warm-up hollow, measurement filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vitscale.report.charts.figure import Figure, Spec, Table, text
from vitscale.report.charts.rows import bar_width, rows_layout
from vitscale.report.row import Cell, Row
from vitscale.report.style import Style
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.schema import Run


@dataclass(frozen=True)
class _Fork:
    """A process: whose, which run of its cell it is, and how far from the middle of its row it is drawn."""

    row: Row
    cell: Cell
    position: int
    run: Run
    offset: float

    @property
    def number(self) -> int:
        return self.run.get("fork", self.position + 1)

    def path(self, iteration: int) -> str:
        return f"{self.cell.row_id}.runs[{self.position}].iterations[{iteration}]"


def iterations(summary: Summary, looks: Mapping[str, Style]) -> Figure:
    """Return every iteration at the best batch sizes, a line for each process of a backend."""
    rows = [row for row in summary.measured if row.best]
    names = [row.label for row in rows]
    medians = [units.number(row.rate["median"] if row.rate else None) for row in rows]
    found = [_forks(row, bar_width(names)) for row in rows]
    return Figure(
        name="iterations",
        title="Every iteration",
        note="Images per second of each pass at the best batch size, a line for each process from the first "
        "to the last. Hollow dots: warm-up. Figure: median.",
        description="Dots of images per second of every single iteration, a row for each backend.",
        spec={
            "data": [
                _dots(fork, at, looks[fork.row.label]) for at, forks in enumerate(found) for fork in forks
            ],
            "layout": rows_layout(names, medians),
        },
        table=Table(
            ("backend", "process", "phase", "images", "seconds", "images/s", "in the JSON"),
            [cells for forks in found for fork in forks for cells in _cells(fork)],
        ),
    )


def _forks(row: Row, height: float) -> list[_Fork]:
    """Return the processes of a row, from the top of its height to the bottom in the order of the rounds."""
    assert row.best
    runs = row.best.benchmark["runs"]
    step = height / len(runs)
    return [
        _Fork(row, row.best, position, run, step * (position - (len(runs) - 1) / 2))
        for position, run in enumerate(runs)
    ]


def _dots(fork: _Fork, at: int, look: Style) -> Spec:
    passes = fork.run["iterations"]
    rates = [one["images"] / one["seconds"] for one in passes]
    return {
        "type": "scatter",
        "name": text(fork.row.label),
        "x": rates,
        "y": [round(at + fork.offset, 4)] * len(rates),
        "mode": "lines+markers",
        "line": {"color": f"{look.colour}/0.35", "width": 1.5},
        "marker": {
            "color": [look.colour if one["phase"] == "measurement" else "var(--card)" for one in passes],
            "line": {"color": look.colour, "width": 1.5},
            "opacity": 1,
            "size": 7,
        },
        "hoverinfo": "text",
        "text": [
            f"<b>{text(fork.row.label)}</b><br>{one['phase']}, process {fork.number or 'of the sweep'}, "
            f"batch size {fork.cell.batch_size}: {units.number(rate)} images/s<br>{fork.path(number)}"
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
