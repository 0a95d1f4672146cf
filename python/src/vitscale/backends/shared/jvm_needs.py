"""Prerequisites of every backend of the JVM, and its options as arguments of the JVM benchmark."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vitscale.errors import GpuError
from vitscale.jvm.jar import engine_jars, has_cuda
from vitscale.jvm.java import find_java

if TYPE_CHECKING:
    from vitscale.backends.spec import BackendSpec
    from vitscale.models.folder import ModelFolder

_NATIVE_PATH = "-Donnxruntime.native.path="
JAVA_OPTIONS = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
"""Environment variables with options for every JVM."""

_PASSED_ON = ("action", "device", "engine", "gpus", "runtime", "threads")


def check_java(_: BackendSpec, __: ModelFolder) -> None:
    """Check that Java and the jars are installed.

    Raises
    ------
    JavaError
        If one of them is missing.
    """
    find_java()
    engine_jars()


def check_jar(_: tuple[int, int] | None = None) -> None:
    """Raise an error if the jar lacks ONNX Runtime's CUDA libraries and no variable names a folder with them.

    Raises
    ------
    GpuError
        If they are missing; the message has the command that builds such a jar.
    """
    is_elsewhere = any(_NATIVE_PATH in os.environ.get(name, "") for name in JAVA_OPTIONS)
    if not is_elsewhere and not has_cuda():
        raise GpuError(
            "The jar was built for CPUs: it has no CUDA provider of ONNX Runtime. Build it for GPUs in a "
            "checkout of the project: ./sbtw -Dgpu=true pythonJars. Or set "
            f"JAVA_TOOL_OPTIONS={_NATIVE_PATH}DIR to a folder with onnxruntime_gpu's libraries."
        )


def benchmark_arguments(spec: BackendSpec) -> tuple[str, ...]:
    """Return the JVM benchmark's arguments for a backend and its options."""
    arguments = ["--backend", spec.name, "--precision", str(spec["precision"])]
    if spec.options.get("spark"):
        arguments.append("--spark")
    for name in _PASSED_ON:
        if spec.options.get(name):
            arguments += [f"--{name}", str(spec[name])]
    return tuple(arguments)
