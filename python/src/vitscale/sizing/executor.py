"""Memory and threads of an executor, derived from the model, and why.

A Spark executor has two memories. Its heap (``spark.executor.memory``) holds files and decoded images. What
ONNX Runtime takes, weights, results of layers and the buffers it shares with Java, lies outside of the heap
and must fit into ``spark.executor.memoryOverhead``, or YARN and Kubernetes kill the executor.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitscale.errors import ModelError, UsageError
from vitscale.jvm.memory import NATIVE_BASE_MIB
from vitscale.models import manifest

_MIB = 1 << 20
_FLOAT = 4  # bytes
_CHANNELS = 3
_STEP_MIB = 64

_SPARK_RESERVED_MIB = 300  # org.apache.spark.memory.UnifiedMemoryManager.RESERVED_SYSTEM_MEMORY_BYTES
_HEAP_BASE_MIB = 128  # Spark's own objects, and the rows of a task until it ends
_COPIES_OF_IMAGE = 3  # decoder's raster, RGB, and the upright copy that EXIF may ask for
_ENCODED_BYTES_PER_PIXEL = 0.5  # a JPEG of high quality
# 2.13 times the file measured where the graph is optimised first, 1.16 where that was kept.
_LOAD_FACTOR = 2.2
_PACKED = {"fp32": 1.0, "bf16": 0.5, "int8": 0.25}
"""Bytes of packed weights for each byte of a checkpoint in float32."""
READ_AHEAD = 4
DEFAULT_BATCH_SIZE = 2  # as vitscale.classify.InferenceOptions has it
LARGEST_PIXELS = 50_000_000


@dataclass(frozen=True)
class Footprint:
    """What a model takes outside of the heap, in bytes.

    Attributes
    ----------
    weights : int
        Size of the ONNX graph with its weights; without a graph, of the packed weights.
    activations : int
        Results of layers that are alive at a time, for each image of a batch.
    buffers : int
        Pixels and logits, for each image of a batch.
    """

    weights: int
    activations: int
    buffers: int

    @staticmethod
    def read(model: Path, precision: str = "fp32") -> Footprint:
        """Return it for a model folder that `vitscale export` made.

        Raises
        ------
        ModelError
            If the folder lacks its configuration or the graph.
        """
        try:
            config = json.loads((model / manifest.CONFIG).read_text(encoding="utf-8"))
            weights = _weights(model, precision)
            labels = len(config["id2label"])
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"{model} is no model folder with {precision}: {error}. "
                f"Make it with: vitscale export MODEL --precision {precision} -o {model}"
            ) from error
        height, width = _pair(config.get("image_size", 224))
        return Footprint(
            weights=weights,
            activations=_activations(config, height, width),
            buffers=_FLOAT * (_CHANNELS * height * width + labels),
        )


@dataclass(frozen=True)
class ExecutorSize:
    """Settings of an executor.

    Attributes
    ----------
    cores, task_cpus : int
        Cores of the executor, and of each task.
    threads : int
        Of one forward pass.
    passes : int
        Forward passes at a time.
    heap_mib, overhead_mib : int
        Memory inside and outside of the heap, in MiB.
    reasons : tuple of str
        Why, a sentence for each of these.
    """

    cores: int
    task_cpus: int
    threads: int
    passes: int
    heap_mib: int
    overhead_mib: int
    reasons: tuple[str, ...]

    @property
    def settings(self) -> dict[str, str]:
        """The same in Spark's words."""
        return {
            "spark.executor.cores": str(self.cores),
            "spark.task.cpus": str(self.task_cpus),
            "spark.executor.memory": f"{self.heap_mib}m",
            "spark.executor.memoryOverhead": f"{self.overhead_mib}m",
        }


def size_executor(
    footprint: Footprint,
    *,
    batch_size: int = DEFAULT_BATCH_SIZE,
    cores: int = 1,
    task_cpus: int = 1,
    threads: int = 1,
    largest_pixels: int = LARGEST_PIXELS,
) -> ExecutorSize:
    """Derive an executor's settings.

    Parameters
    ----------
    footprint : Footprint
        What the model takes.
    batch_size : int
        Images of one forward pass.
    cores, task_cpus : int
        Cores of the executor, and of each task.
    threads : int
        Cores of one forward pass; one gives the most images per second, since nothing waits for other
        threads at the end of each operator.
    largest_pixels : int
        Images up to this size must fit, one in each task at the same time. A larger one may end in quarantine
        for lack of memory; it never ends the executor.

    Raises
    ------
    UsageError
        If a number is below 1, or a task or a pass wants more cores than the executor has.
    """
    numbers = {"batch size": batch_size, "cores": cores, "cores of a task": task_cpus, "threads": threads}
    for name, number in {**numbers, "pixels": largest_pixels}.items():
        if number < 1:
            raise UsageError(f"The number of {name} is {number}; it must be at least 1.")
    if task_cpus > cores or threads > cores:
        raise UsageError(
            f"The executor has {cores} cores; a task wants {task_cpus}, a forward pass {threads}. "
            "Give it more."
        )
    tasks, passes = cores // task_cpus, cores // threads
    image_mib = _COPIES_OF_IMAGE * _CHANNELS * largest_pixels / _MIB
    files_mib = (READ_AHEAD + batch_size) * _ENCODED_BYTES_PER_PIXEL * largest_pixels / _MIB
    heap = _SPARK_RESERVED_MIB + _HEAP_BASE_MIB + tasks * files_mib + passes * image_mib
    weights_mib = _LOAD_FACTOR * footprint.weights / _MIB
    batch_mib = batch_size * (footprint.activations + footprint.buffers) / _MIB
    overhead = NATIVE_BASE_MIB + weights_mib + passes * batch_mib
    return ExecutorSize(
        cores=cores,
        task_cpus=task_cpus,
        threads=threads,
        passes=passes,
        heap_mib=_rounded(heap),
        overhead_mib=_rounded(overhead),
        reasons=(
            f"{passes} forward passes of {threads} threads run at a time: {cores} cores / {threads}. "
            "One session serves all of them, so weights count once.",
            f"Heap: {_SPARK_RESERVED_MIB} MiB that Spark reserves, {_HEAP_BASE_MIB} for its objects and "
            f"rows, {files_mib:.0f} for {READ_AHEAD + batch_size} files in each of {tasks} tasks, "
            f"{image_mib:.0f} for {largest_pixels / 1e6:.0f} megapixels in each of {passes} passes.",
            f"Overhead: {NATIVE_BASE_MIB} MiB of the JVM itself, {weights_mib:.0f} for loading "
            f"{footprint.weights / _MIB:.0f} MiB of weights, and {batch_mib:.0f} for a batch of {batch_size} "
            f"in each of {passes} passes.",
        ),
    )


def _weights(model: Path, precision: str) -> int:
    """Return the bytes of the graph; without one, of the weights as oneDNN packs them."""
    graph = manifest.graph_folder(model, "onnx", precision)
    if precision in _PACKED and not graph.is_dir():
        files = list(model.glob("*.safetensors"))
        if files:
            return int(sum(file.stat().st_size for file in files) * _PACKED[precision])
    return sum(file.stat().st_size for file in graph.iterdir() if file.name.startswith(manifest.ONNX))


def _activations(config: dict[str, Any], height: int, width: int) -> int:
    """Return the bytes that one layer of a ViT has alive for an image.

    Input, sum, query, key and value; both sides of the GELU; scores before and after the softmax: 11.1 MiB
    for ViT-base, where 10.2 MiB for each further image of a batch were measured.
    """
    patch_height, patch_width = _pair(config.get("patch_size", 16))
    tokens = (height // patch_height) * (width // patch_width) + 1
    hidden = int(config.get("hidden_size", 768))
    inner = int(config.get("intermediate_size", 4 * hidden))
    heads = int(config.get("num_attention_heads", 12))
    return _FLOAT * (tokens * (5 * hidden + 2 * inner) + 2 * heads * tokens * tokens)


def _pair(size: int | list[int]) -> tuple[int, int]:
    height, width = (size, size) if isinstance(size, int) else size
    return height, width


def _rounded(mib: float) -> int:
    return int(-(-mib // _STEP_MIB) * _STEP_MIB)
