"""OpenVINO without Spark in the registry of backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitscale.backends.definition import PRECISION, THREADS, Definition, Option

if TYPE_CHECKING:
    from vitscale.backends.base import Backend
    from vitscale.backends.spec import BackendSpec
    from vitscale.models.folder import ModelFolder
    from vitscale.results.schema import Scenario


def _load(spec: BackendSpec, model: ModelFolder, batch_size: int, _: Scenario) -> Backend:
    from vitscale.backends.openvino.backend import OpenVinoBackend

    return OpenVinoBackend(spec, model, batch_size)


BACKEND = Definition(
    name="openvino",
    rank=4,
    options={
        "dtype": Option("float32", str, "type of the computation", ("float32", "bfloat16")),
        "threads": THREADS,
        "precision": PRECISION,
    },
    load=_load,
    tuned=("openvino:dtype=bfloat16",),
)
