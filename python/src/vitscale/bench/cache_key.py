"""One hash of everything that a measurement depends on: a resumed run keeps cells with the same key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from vitscale.backends.process import needs_java
from vitscale.bench.plan import Cell, Plan
from vitscale.jvm.jar import all_jars, tensorflow_jars
from vitscale.models import manifest
from vitscale.system import model_files


class CacheKeys:
    """Keys of a plan's cells.

    Parameters
    ----------
    plan : Plan
        The benchmark.
    environment : mapping
        Machine and versions, as in the results.
    images_sha256 : str
        Hash of all images.
    """

    def __init__(self, plan: Plan, environment: Mapping[str, Any], images_sha256: str) -> None:
        settings = plan.settings
        self._plan = plan
        self._common = {
            "images": images_sha256,
            "preprocessing": manifest.sha256(plan.model.path / model_files.PREPROCESSOR),
            "scenario": settings.scenario,
            "iterations": settings.iterations,
            "warmup_images": settings.warmup_images,
            "min_seconds": settings.min_seconds,
            "environment": environment,
        }

    def of(self, cell: Cell) -> str:
        """Return the key of a cell. Forks, budget and order are no part of it, so forks can be added."""
        facts = {
            **self._common,
            "backend": str(cell.backend),
            "batch_size": cell.batch_size,
            "is_control": cell.is_control,
            "weights": _hash_of(self._plan.model.path / model_files.WEIGHTS),
            "calibration": self._calibration,
            "onnx": self._plan.model_of(cell.backend).onnx_sha256,
            "tensorflow": self._tensorflow if cell.backend.uses_tensorflow else None,
            "jar": [_hash_of(jar) for jar in all_jars()] if needs_java(cell.backend) else None,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    @cached_property
    def _calibration(self) -> str | None:
        file = self._plan.model.path / model_files.CALIBRATION
        return manifest.sha256(file) if file.is_file() else None

    @cached_property
    def _tensorflow(self) -> list[str]:
        return [
            self._plan.model.saved_model_sha256(),
            *sorted(jar.name for jar in tensorflow_jars().iterdir()),
        ]


@cache
def _hash_of(path: Path) -> str:
    return manifest.sha256(path)
