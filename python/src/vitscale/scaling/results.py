"""The results file of the scaling benchmark: writing, reading, checking, and its calibration."""

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

from vitscale._version import __version__
from vitscale.bench.environment import environment
from vitscale.errors import ResultsError
from vitscale.results.document import check_document, read_document
from vitscale.scaling.benchmark import Efficiency, Round, Setup, efficiencies
from vitscale.scaling.calibration import Calibration
from vitscale.scaling.microbenchmarks import Listing, Probes
from vitscale.system.atomic_write import write_atomically

Document = dict[str, Any]
_KIND = "scaling"
_COMMAND = "vitscale scaling"


def document(command: Sequence[str], setup: Setup, rounds: Sequence[Round], probes: Probes) -> Document:
    """Return the results in the form of ``scaling-v1.json``."""
    return {
        "schema_version": 1,
        "kind": _KIND,
        "vitscale_version": __version__,
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": list(command),
        "environment": environment(),
        "workload": workload(setup),
        "rounds": [one.to_json() for one in rounds],
        "efficiency": {name: asdict(value) for name, value in efficiencies(rounds).items()},
        **asdict(probes),
    }


def workload(setup: Setup) -> Document:
    """Return the images and the model."""
    model, images = setup.model, setup.images
    return {
        "model": model.name,
        "weights": model.weights,
        "precision": model.precision,
        "onnx_sha256": model.onnx_sha256,
        "images": str(images.root),
        "files": len(images.files),
        "bytes": images.total_bytes,
    }


def write(measured: Document, path: Path) -> None:
    """Check results and write them atomically."""
    _check(measured, f"the new content of {path}")
    write_atomically(path, f"{json.dumps(measured, indent=1)}\n".encode())


def load(path: Path) -> Document:
    """Read results and check them.

    Raises
    ------
    ResultsError
        If the file cannot be read, or does not follow the schema.
    """
    measured = read_document(path, _COMMAND)
    _check(measured, str(path))
    return dict(measured)


def is_scaling(path: Path) -> bool:
    """Tell whether a file has results of scaling, valid or not."""
    try:
        found = read_document(path, _COMMAND)
    except ResultsError:
        return False
    return isinstance(found, dict) and found.get("kind") == _KIND


def rounds_of(measured: Document) -> list[Round]:
    """Return the rounds."""
    return [Round.of(one) for one in measured["rounds"]]


def efficiency(measured: Document, name: str) -> Efficiency:
    """Return one of the efficiencies."""
    return Efficiency(**measured["efficiency"][name])


def calibration(measured: Document) -> Calibration:
    """Return the calibration of a simulation."""
    rounds = rounds_of(measured)
    runs = [run for one in rounds for run in (one.one, one.two)]
    return Calibration(
        task_rates=tuple(rate for one in rounds for rate in one.one.task_rates),
        megapixels=tuple(measured["megapixels"]),
        decode_per_megapixel=measured["decode_seconds_per_megapixel"],
        start=tuple(run.start for run in runs),
        executor_ready=tuple(run.executor_ready for run in runs),
        task_overhead=median(run.task_overhead for run in runs),
        dispatch=measured["dispatch_seconds"],
        finish=sum(run.finish for run in runs) / len(runs),
        listing_rate=Listing(**measured["listing"]).rate,
        side_by_side=tuple(efficiency(measured, "cores").rounds),
    )


def _check(measured: object, source: str) -> None:
    check_document(measured, source, _validator(), "schema of scaling results")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(files("vitscale.scaling").joinpath("scaling-v1.json").read_text()))
