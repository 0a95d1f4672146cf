"""Samples of the GPUs while images were timed: a row for each backend that ran on one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from vitscale.report.row import Row
from vitscale.report.summary import Summary
from vitscale.results import units
from vitscale.results.gpu_schema import Gpu, Sampled

COLUMNS = (
    "backend",
    "batch size",
    "GPU",
    "utilisation",
    "memory used",
    "power",
    "SM clock",
    "memory clock",
    "temperature",
    "images per joule",
    "shown by",
)
"""Columns: medians over the samples of all counted processes, with the largest sample."""


@dataclass(frozen=True)
class GpuFigures:
    """GPU figures of one backend.

    Attributes
    ----------
    row : Row
        The backend.
    utilization_percent, memory_bytes, power_watts : float or None
        Medians; None if the driver does not report them.
    cells : tuple of str
        The figures as text, in the order of ``COLUMNS``.
    row_id : str
        Path in the results file.
    """

    row: Row
    utilization_percent: float | None
    memory_bytes: float | None
    power_watts: float | None
    cells: tuple[str, ...]
    row_id: str


def gpu_figures(summary: Summary) -> list[GpuFigures]:
    """Return the figures of each backend with samples of a GPU, in the order of the summary."""
    return [_figures(row) for row in summary.measured if row.gpus]


def _figures(row: Row) -> GpuFigures:
    assert row.best
    paths, gpus = zip(*row.gpus, strict=True)
    utilization = _of(gpus, lambda gpu: gpu["utilization_percent"])
    memory = _of(gpus, lambda gpu: gpu["memory_used_bytes"])
    power = _of(gpus, lambda gpu: gpu["power_watts"])
    watts = power["median"] * _gpus_at_a_time(row) if power else None
    return GpuFigures(
        row=row,
        utilization_percent=utilization["median"] if utilization else None,
        memory_bytes=memory["median"] if memory else None,
        power_watts=power["median"] if power else None,
        cells=(
            row.label,
            str(row.best.batch_size),
            " and ".join(dict.fromkeys(gpu["name"] for gpu in gpus)),
            _shown(utilization, lambda value: f"{value:.0f} %"),
            _shown(memory, lambda value: units.mebibytes(round(value))),
            _shown(power, lambda value: f"{value:,.0f} W"),
            _shown(_of(gpus, lambda gpu: gpu["sm_clock_mhz"]), _megahertz),
            _shown(_of(gpus, lambda gpu: gpu["memory_clock_mhz"]), _megahertz),
            _shown(_of(gpus, lambda gpu: gpu["temperature_celsius"]), lambda value: f"{value:.0f} °C"),
            units.number(row.rate["median"] / watts if row.rate and watts else None),
            " and ".join(dict.fromkeys(gpu["proof"] for gpu in gpus)),
        ),
        row_id=paths[0] if len(paths) == 1 else f"{row.best.row_id}.runs[*].gpus",
    )


def _of(gpus: Sequence[Gpu], figure: Callable[[Gpu], Sampled | None]) -> Sampled | None:
    told = [one for one in map(figure, gpus) if one is not None]
    if not told:
        return None
    return {"median": median(one["median"] for one in told), "max": max(one["max"] for one in told)}


def _shown(sampled: Sampled | None, text: Callable[[float], str]) -> str:
    return f"{text(sampled['median'])} (max {text(sampled['max'])})" if sampled else units.NONE


def _megahertz(value: float) -> str:
    return f"{value:,.0f} MHz"


def _gpus_at_a_time(row: Row) -> int:
    return max(len(run.get("gpus", [])) for run in row.runs)
