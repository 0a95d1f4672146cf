"""Stock Spark NLP, driven from Python."""

from __future__ import annotations

from typing import Any

from vitscale.backends.shared.jvm import BENCHMARK_API, JvmBackend
from vitscale.backends.spec import BackendSpec
from vitscale.jvm.bridge import scala_object
from vitscale.jvm.jar import tensorflow_jars
from vitscale.jvm.session import start
from vitscale.models.folder import ModelFolder
from vitscale.results.schema import Scenario


class SparkNlpBackend(JvmBackend):
    """Spark NLP's own pipeline; options ``action``, ``device``, ``engine``, ``threads`` and ``precision``."""

    @staticmethod
    def _open(spec: BackendSpec, model: ModelFolder, batch_size: int, _: Scenario) -> Any:
        threads = spec["threads"]
        settings = {"spark.jsl.settings.onnx.intraOpNumThreads": str(threads)} if threads else {}
        if spec.uses_tensorflow:
            settings["spark.driver.extraClassPath"] = f"{tensorflow_jars()}/*"
        session: Any = start(settings=settings)
        return scala_object(BENCHMARK_API).sparkNlpBackend(
            session._jsparkSession,
            str(model.path),
            spec["engine"],
            model.precision,
            batch_size,
            spec["action"],
            spec.device,
        )
