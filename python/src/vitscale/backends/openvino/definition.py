"""OpenVINO without Spark in the registry of backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitscale.backends.definition import Definition
from vitscale.backends.options import PRECISION, THREADS, Option
from vitscale.errors import UsageError

if TYPE_CHECKING:
    from vitscale.backends.base import Backend
    from vitscale.backends.spec import BackendSpec
    from vitscale.models.folder import ModelFolder
    from vitscale.results.schema import Scenario


def _load(spec: BackendSpec, model: ModelFolder, batch_size: int, _: Scenario) -> Backend:
    from vitscale.backends.openvino.backend import OpenVinoBackend

    return OpenVinoBackend(spec, model, batch_size)


def _refuse_dynamic_graph(spec: BackendSpec) -> None:
    """Refuse a dynamically quantised graph: OpenVINO computes its products in float32.

    Raises
    ------
    UsageError
        With the precision that OpenVINO computes in integers.
    """
    if spec.precision == "int8":
        raise UsageError(
            f"{spec}: OpenVINO computes the dynamically quantised graph int8 in float32. Use "
            "precision=int8-static, made by `vitscale export --precision int8-static --images DIR`."
        )


BACKEND = Definition(
    name="openvino",
    rank=4,
    options={
        "dtype": Option("float32", str, "type of the computation", ("float32", "bfloat16")),
        "hint": Option(
            "latency",
            str,
            "OpenVINO's performance hint; throughput divides a batch among requests side by side",
            ("latency", "throughput"),
            changes="speed",
        ),
        "threads": THREADS,
        "precision": PRECISION,
    },
    load=_load,
    tuned=("openvino:dtype=bfloat16,hint=throughput",),
    check_options=_refuse_dynamic_graph,
)
