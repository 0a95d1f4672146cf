"""Skips batch sizes above one for which a GPU ran out of memory."""

from __future__ import annotations

from collections.abc import Iterable

from vitscale.bench.plan import Cell
from vitscale.gpu.memory import ran_out
from vitscale.results.schema import Benchmark


def too_large(cell: Cell, rows: Iterable[Benchmark | None]) -> str:
    """Return the reason to skip a cell; empty if there is none.

    Parameters
    ----------
    cell : Cell
        A backend at a batch size.
    rows : iterable of Benchmark or None
        Rows of the same backend at other batch sizes; None if one was not tried.
    """
    if cell.backend.device == "cpu":
        return ""
    failed = [
        row["batch_size"]
        for row in rows
        if row and row["error"] and ran_out(row["error"]["message"]) and row["batch_size"] < cell.batch_size
    ]
    return f"the GPU ran out of memory at batch size {min(failed)}" if failed else ""
