"""ViTScale's engine, driven from Python."""

from __future__ import annotations

from typing import Any

from vitscale.backends.shared.jvm import BENCHMARK_API, JvmBackend
from vitscale.backends.spec import BackendSpec
from vitscale.jvm.bridge import scala_object
from vitscale.jvm.session import cores
from vitscale.models.folder import ModelFolder
from vitscale.results.schema import Scenario


class VitscaleBackend(JvmBackend):
    """The engine without Spark; options ``device``, ``gpus``, ``threads``, ``precision`` and ``runtime``.

    In ``"single-stream"`` all cores work on one image unless ``threads`` is given.
    """

    @staticmethod
    def _open(spec: BackendSpec, model: ModelFolder, batch_size: int, scenario: Scenario) -> Any:
        alone = scenario == "single-stream" and spec.device == "cpu"
        threads = spec["threads"] or (cores() if alone else 0)
        return scala_object(BENCHMARK_API).vitscaleBackend(
            str(model.path),
            spec.precision,
            spec.runtime,
            batch_size,
            threads,
            spec.device,
            spec.gpus,
        )
