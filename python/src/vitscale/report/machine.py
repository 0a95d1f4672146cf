"""Differences between two results: machine, workload, versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vitscale.results import units
from vitscale.results.schema import BenchmarkSuite, Environment

_MEMORY_STEP = 1 << 30
"""Smallest difference in memory that means another machine: kernels reserve varying parts of it."""


def machine_name(machine: Environment) -> str:
    """Return processor, cores and memory."""
    cores, memory = units.plural(machine["cpu_count"], "core"), units.size(machine["memory_bytes"])
    return ", ".join([machine["cpu"], cores, memory, *_gpu_names(machine)])


def is_same_machine(one: Environment, other: Environment) -> bool:
    """Tell whether two results may be compared in one ratio."""
    return not machine_differences(one, other)


def machine_differences(one: Environment, other: Environment) -> list[str]:
    """Return how two machines differ, one sentence each; nothing where they are alike."""
    pairs: dict[str, tuple[object, object]] = {
        "processor": (one["cpu"], other["cpu"]),
        "architecture": (one["architecture"], other["architecture"]),
        "cores": (one["cpu_count"], other["cpu_count"]),
        "instruction sets": (_words(one["cpu_features"]), _words(other["cpu_features"])),
    }
    if "gpus" in one and "gpus" in other:  # the JVM's own benchmark does not list them
        pairs["GPUs"] = (_words(_gpu_names(one)), _words(_gpu_names(other)))
    found = [_difference(what, *values) for what, values in pairs.items() if values[0] != values[1]]
    if abs(one["memory_bytes"] - other["memory_bytes"]) >= _MEMORY_STEP:
        found.append(
            _difference("memory", units.size(one["memory_bytes"]), units.size(other["memory_bytes"]))
        )
    return found


def workload_differences(one: BenchmarkSuite, other: BenchmarkSuite) -> list[str]:
    """Return how the work of two results differs: scenario, model, preprocessing, images."""
    pairs = {
        name: (_at(one["workload"], path), _at(other["workload"], path))
        for name, path in (
            ("scenario", ("scenario",)),
            ("model (SHA-256 of its ONNX file)", ("model", "onnx_sha256")),
            ("preprocessing (SHA-256)", ("model", "preprocessing_sha256")),
            ("number of images", ("images", "files")),
            ("bytes of images", ("images", "bytes")),
            ("images (SHA-256)", ("images", "sha256")),
        )
    }
    # What only one of them tells was not recorded yet when the other was written.
    return [
        _difference(name, *values)
        for name, values in pairs.items()
        if None not in values and len(set(values)) > 1
    ]


def version_differences(one: BenchmarkSuite, other: BenchmarkSuite) -> list[str]:
    """Return which versions changed, which is often what a comparison is about."""
    here, there = one["environment"]["versions"], other["environment"]["versions"]
    pairs = {name: (here.get(name, "none"), there.get(name, "none")) for name in sorted(here | there)}
    pairs["operating system"] = (one["environment"]["os"], other["environment"]["os"])
    return [_difference(name, *values) for name, values in pairs.items() if values[0] != values[1]]


def _gpu_names(machine: Environment) -> list[str]:
    return [one["name"] for one in machine.get("gpus", [])]


def _difference(what: str, one: object, other: object) -> str:
    return f"{what}: {one} and {other}"


def _words(values: Sequence[str]) -> str:
    return ", ".join(sorted(values)) or "none"


def _at(document: Any, path: Sequence[str]) -> Any:
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document
