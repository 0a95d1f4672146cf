"""Reads the speeds that determine the cores of a GPU from results measured on one."""

from __future__ import annotations

from pathlib import Path

from vitscale.backends.spec import BackendSpec
from vitscale.errors import ResultsError
from vitscale.gpu.scheduling import Speeds
from vitscale.results.document import load_results
from vitscale.results.notation import FORWARD_ALONE
from vitscale.results.schema import Benchmark, StageName, Stages

_PREPARING: tuple[StageName, ...] = ("read", "decode", "resize", "normalise")


def measured_speeds(results: Path) -> Speeds:
    """Return the images per second that a core prepares and that a GPU classifies.

    Parameters
    ----------
    results : Path
        Results with the stages of ``vitscale`` (any device), and with ``forward`` or ``vitscale`` on a GPU.

    Raises
    ------
    ResultsError
        If they lack these rows.
    """
    found = load_results(results)
    preparing = [_prepare_ms(row) for row in found.get("stages", []) if row["backend"].startswith("vitscale")]
    on_gpu = [row for row in found["benchmarks"] if _is_ours_on_gpu(row)]
    alone = [row for row in on_gpu if row["backend"] == FORWARD_ALONE] or on_gpu
    if not preparing or not alone:
        missing = "the stages of vitscale" if not preparing else "forward or vitscale on a GPU"
        raise ResultsError(
            f"{results} lacks {missing}. Measure it on a machine like those of the cluster: "
            "vitscale bench -b forward -b vitscale --device gpu"
        )
    return Speeds(1000 / min(preparing), max(map(_rate, alone)))


def _prepare_ms(row: Stages) -> float:
    return sum(row["ms_per_image"][stage] for stage in _PREPARING)


def _is_ours_on_gpu(row: Benchmark) -> bool:
    return (
        row["device"] == "gpu"
        and row["samples_per_sec"] is not None
        and row["backend"] in {FORWARD_ALONE, "vitscale"}
    )


def _rate(row: Benchmark) -> float:
    assert row["samples_per_sec"]
    return row["samples_per_sec"]["median"] / BackendSpec(row["backend"], row["options"]).gpus
