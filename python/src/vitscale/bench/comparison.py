"""Ratios of two backends' speeds, paired round by round."""

from __future__ import annotations

from statistics import median

from vitscale.backends.spec import BackendSpec
from vitscale.bench.plan import Cell
from vitscale.bench.recorder import Recorder
from vitscale.results.schema import Comparison, Interval
from vitscale.results.stats import interval, rates_by_fork, verdict


def compare_best(recorder: Recorder, best: list[Cell], reference: BackendSpec) -> list[Comparison]:
    """Compare every backend at its best batch size with the references.

    Parameters
    ----------
    recorder : Recorder
        The measurements.
    best : list of Cell
        Each backend at its best batch size, and the control if there is one.
    reference : BackendSpec
        The backend that all are compared with. If other variants of it were measured on the same device, the
        fastest variant is a second reference, so that readers see the ratio to the tuned one, too.

    Returns
    -------
    list of Comparison
        The control first: its interval is the noise for the verdicts of all others.
    """
    plain = next((cell for cell in best if cell.backend == reference and not cell.is_control), None)
    if plain is None:
        return []
    controls = [_compare(recorder, cell, plain, None) for cell in best if cell.is_control]
    noise = controls[0]["ci"] if controls and controls[0] else None
    variants = [cell for cell in best if _is_variant(cell.backend, reference) and not cell.is_control]
    tuned = max(variants, key=lambda cell: _median_rate(recorder, cell))
    found = [
        _compare(recorder, cell, base, noise)
        for base in dict.fromkeys([plain, tuned])
        for cell in best
        if not cell.is_control and cell != base
    ]
    return [row for row in [*controls, *found] if row is not None]


def _is_variant(backend: BackendSpec, reference: BackendSpec) -> bool:
    return (backend.name, backend.device) == (reference.name, reference.device)


def _compare(recorder: Recorder, cell: Cell, base: Cell, noise: Interval | None) -> Comparison | None:
    above, below = _rates(recorder, cell), _rates(recorder, base)
    values = [above[fork] / below[fork] for fork in sorted(above.keys() & below.keys())]
    if not values:
        return None
    found = interval(values)
    return {
        "backend": str(cell.backend),
        "batch_size": cell.batch_size,
        "reference": str(base.backend),
        "reference_batch_size": base.batch_size,
        "control": cell.is_control,
        "values": values,
        "median": median(values),
        "ci": found,
        "verdict": verdict(found, noise),
    }


def _rates(recorder: Recorder, cell: Cell) -> dict[int, float]:
    row = recorder.row(cell)
    return {} if row is None else rates_by_fork(row)


def _median_rate(recorder: Recorder, cell: Cell) -> float:
    return median(_rates(recorder, cell).values() or [0.0])
