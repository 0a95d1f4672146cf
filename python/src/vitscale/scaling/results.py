"""The results file of the scaling benchmark: written, read, checked, and turned into a calibration."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from vitscale._version import __version__
from vitscale.bench.environment import environment
from vitscale.bench.results import explain
from vitscale.errors import ResultsError
from vitscale.files import write_atomically
from vitscale.images import ImageFolder
from vitscale.models.folder import ModelFolder
from vitscale.scaling.benchmark import Efficiency, efficiencies
from vitscale.scaling.calibration import Calibration
from vitscale.scaling.job_run import JobRun
from vitscale.scaling.probes import Listing

Document = dict[str, Any]


def document(
    command: Sequence[str],
    model: ModelFolder,
    images: ImageFolder,
    pairs: Sequence[tuple[JobRun, JobRun]],
    *,
    listing: Listing,
    megapixels: Sequence[float],
    decode_seconds_per_megapixel: float,
    dispatch_seconds: float,
) -> Document:
    """Return what was measured, as ``scaling-v1.json`` describes it."""
    return {
        "schema_version": 1,
        "vitscale_version": __version__,
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": list(command),
        "environment": environment(),
        "workload": {
            "model": model.name,
            "weights": model.weights,
            "precision": model.precision,
            "onnx_sha256": model.onnx_sha256,
            "images": str(images.root),
            "files": len(images.files),
            "bytes": images.total_bytes,
        },
        "rounds": [{"one": one.to_json(), "two": two.to_json()} for one, two in pairs],
        "efficiency": {name: asdict(value) for name, value in efficiencies(pairs).items()},
        "listing": asdict(listing),
        "megapixels": list(megapixels),
        "decode_seconds_per_megapixel": decode_seconds_per_megapixel,
        "dispatch_seconds": dispatch_seconds,
    }


def write(measured: Document, path: Path) -> None:
    """Check and write results, whole or not at all."""
    _check(measured, f"what should become {path}")
    write_atomically(path, f"{json.dumps(measured, indent=1)}\n".encode())


def load(path: Path) -> Document:
    """Read results and check them.

    Raises
    ------
    ResultsError
        If the file cannot be read, or does not follow the schema.
    """
    try:
        measured = json.loads(path.read_bytes())
    except OSError as error:
        raise ResultsError(
            f"{path} cannot be read: {error.strerror}. `vitscale scaling` writes it."
        ) from error
    except ValueError as error:
        raise ResultsError(f"{path} is not JSON: {error}. Measure again: vitscale scaling") from error
    _check(measured, str(path))
    return dict(measured)


def runs(measured: Document) -> list[tuple[JobRun, JobRun]]:
    """Return the rounds."""
    return [(JobRun(**one["one"]), JobRun(**one["two"])) for one in measured["rounds"]]


def efficiency(measured: Document, name: str) -> Efficiency:
    """Return one of the efficiencies."""
    return Efficiency(**measured["efficiency"][name])


def calibration(measured: Document) -> Calibration:
    """Return what a simulation needs of the results."""
    pairs = runs(measured)
    every = [run for pair in pairs for run in pair]
    return Calibration(
        task_rates=tuple(rate for one, _ in pairs for rate in one.task_rates),
        megapixels=tuple(measured["megapixels"]),
        decode_per_megapixel=measured["decode_seconds_per_megapixel"],
        executor_start=tuple(run.executor_start for run in every),
        executor_ready=tuple(run.executor_ready for run in every),
        task_overhead=median(run.task_overhead for run in every),
        dispatch=measured["dispatch_seconds"],
        finish=sum(run.finish for run in every) / len(every),
        listing_rate=Listing(**measured["listing"]).rate,
        side_by_side=tuple(efficiency(measured, "cores").rounds),
    )


def _check(measured: object, source: str) -> None:
    error = best_match(_validator().iter_errors(measured))
    if error is not None:
        raise ResultsError(f"{source} does not follow the schema of scaling results: {explain(error)}.")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(files("vitscale.scaling").joinpath("scaling-v1.json").read_text()))
