"""ViTScale's engine in the registry of backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitscale.backends.definition import Definition, JvmCommand
from vitscale.backends.options import BRIDGE, DEVICE, ENGINE_PRECISION, GPUS, RUNTIME, THREADS, Option
from vitscale.backends.shared.gpu_options import (
    refuse_gpus_without_gpu,
    refuse_onednn_on_gpu,
    refuse_threads_on_gpu,
)
from vitscale.backends.shared.jvm_needs import benchmark_arguments, check_jar, check_java

if TYPE_CHECKING:
    from vitscale.backends.base import Backend
    from vitscale.backends.spec import BackendSpec
    from vitscale.models.folder import ModelFolder
    from vitscale.results.schema import Scenario


def load(spec: BackendSpec, model: ModelFolder, batch_size: int, scenario: Scenario) -> Backend:
    """Load a model into the engine over py4j."""
    from vitscale.backends.vitscale.backend import VitscaleBackend

    return VitscaleBackend(spec, model, batch_size, scenario)


def check_options(spec: BackendSpec) -> None:
    """Raise an error if options contradict each other on a GPU."""
    refuse_threads_on_gpu(spec)
    refuse_gpus_without_gpu(spec)
    refuse_onednn_on_gpu(spec)


def command(spec: BackendSpec) -> JvmCommand:
    """Return the command line of the JVM benchmark for the engine."""
    return JvmCommand(benchmark_arguments(spec))


BACKEND = Definition(
    name="vitscale",
    rank=2,
    options={
        "spark": Option(False, bool, "run inside Spark, as a transformer", changes="call"),
        "bridge": BRIDGE,
        "device": DEVICE,
        "gpus": GPUS,
        "threads": THREADS,
        "precision": ENGINE_PRECISION,
        "runtime": RUNTIME,
    },
    load=load,
    tuned=("vitscale:spark=true",),
    gpu=("vitscale:device=gpu,precision=fp16",),
    check_options=check_options,
    check_installed=check_java,
    check_gpu=check_jar,
    command=command,
)
