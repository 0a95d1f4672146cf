"""The forward pass alone in the registry of backends."""

from __future__ import annotations

from vitscale.backends.definition import Definition
from vitscale.backends.options import DEVICE, ENGINE_PRECISION, GPUS, RUNTIME, THREADS
from vitscale.backends.shared.jvm_needs import check_jar, check_java
from vitscale.backends.vitscale.definition import check_options, command, load
from vitscale.results.notation import FORWARD_ALONE

BACKEND = Definition(
    name=FORWARD_ALONE,
    rank=5,
    options={
        "device": DEVICE,
        "gpus": GPUS,
        "threads": THREADS,
        "precision": ENGINE_PRECISION,
        "runtime": RUNTIME,
    },
    load=load,  # never called: it gives no labels, and the JVM benchmark measures it
    gpu=("forward:device=gpu,precision=fp16",),
    check_options=check_options,
    check_installed=check_java,
    check_gpu=check_jar,
    command=command,
)
