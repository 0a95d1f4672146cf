"""Larger batches than the one that a GPU had no memory for are not tried."""

from __future__ import annotations

from collections.abc import Iterable

from vitscale.bench.plan import Cell
from vitscale.gpu.memory import ran_out
from vitscale.results.schema import Benchmark


def too_large(cell: Cell, rows: Iterable[Benchmark | None]) -> str:
    """Return why a cell is not tried; empty if it may be.

    Parameters
    ----------
    cell : Cell
        A backend at a batch size.
    rows : iterable of Benchmark or None
        What became of the same backend at other batch sizes; None where it was not tried.
    """
    if cell.backend.device == "cpu":
        return ""
    failed = [
        row["batch_size"]
        for row in rows
        if row and row["error"] and ran_out(row["error"]["message"]) and row["batch_size"] < cell.batch_size
    ]
    return f"the GPU had no memory for batch size {min(failed)}" if failed else ""
