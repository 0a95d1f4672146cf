"""The machine and the versions of the software on it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil

from vitscale._version import __version__
from vitscale.errors import GpuError, JavaError, VitscaleError
from vitscale.gpu.nvml import Nvml
from vitscale.jvm.java import find_java
from vitscale.jvm.session import cores
from vitscale.jvm.spark_release import installed_spark
from vitscale.results.gpu_schema import GpuDevice
from vitscale.system.cpu_info import cpu_features, cpu_name

RELEVANT_FEATURES = (
    "amx_bf16",
    "amx_int8",
    "avx2",
    "avx512_bf16",
    "avx512_vnni",
    "avx512f",
    "avx_vnni",
    "asimd",
    "bf16",
    "i8mm",
)
"""Instruction sets that decide the speed of a ViT; the same list as in Scala's ``Machine``."""

_PACKAGES = (
    "numpy",
    "openvino",
    "pillow",
    "py4j",
    "pyspark",
    "spark-nlp",
    "torch",
    "transformers",
)


def environment() -> dict[str, Any]:
    """Return machine and versions, as the results schema has them."""
    features = cpu_features()
    return {
        "os": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "cpu": cpu_name(),
        "cpu_count": cores(),
        "cpu_features": [feature for feature in RELEVANT_FEATURES if feature in features],
        "memory_bytes": psutil.virtual_memory().total,
        **_gpus(),
        "versions": _versions(),
    }


def _gpus() -> dict[str, list[GpuDevice]]:
    """Return the GPUs that the driver reports, as in the schema; nothing without a driver."""
    try:
        with Nvml() as nvml:
            return {
                "gpus": [
                    {"name": one.name, "memory_bytes": one.memory_bytes, "driver": nvml.driver}
                    for one in nvml.devices
                ]
            }
    except GpuError:
        return {}


def _versions() -> dict[str, str]:
    found = {"vitscale": __version__, "python": platform.python_version()}
    try:
        found["java"] = find_java().version
    except JavaError as error:
        found["java"] = f"none: {error}"
    try:
        found["scala"] = installed_spark().scala
    except VitscaleError as error:
        found["scala"] = f"none: {error}"
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found | _onnxruntime()


def _onnxruntime() -> dict[str, str]:
    """Return the version that Python imports: `onnxruntime-gpu` may hide another `onnxruntime`."""
    try:
        import onnxruntime
    except ImportError:
        return {"onnxruntime": "not installed"}
    has_cuda = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    return {"onnxruntime-gpu" if has_cuda else "onnxruntime": onnxruntime.__version__}
