"""Derives the memory and threads of an executor from the model, with reasons.

A Spark executor has two memories. Its heap (``spark.executor.memory``) holds files and decoded images. ONNX
Runtime allocates weights, activations and the buffers that it shares with Java outside of the heap. They must
fit into ``spark.executor.memoryOverhead``, or YARN and Kubernetes kill the executor.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vitscale.errors import ModelError, UsageError
from vitscale.jvm.memory import NATIVE_BASE_MIB
from vitscale.models.input_size import input_size
from vitscale.models.json_file import read_object
from vitscale.sizing.activations import FLOAT, activations
from vitscale.system import model_files
from vitscale.system.precision_name import how_to_make, without_merging

_MIB = 1 << 20
_CHANNELS = 3
_STEP_MIB = 64

_SPARK_RESERVED_MIB = 300  # org.apache.spark.memory.UnifiedMemoryManager.RESERVED_SYSTEM_MEMORY_BYTES
_HEAP_BASE_MIB = 128  # Spark's own objects, and the rows of a running task
_COPIES_OF_IMAGE = 3  # decoder's raster, RGB, and the copy that EXIF orientation may need
_ENCODED_BYTES_PER_PIXEL = 0.5  # a JPEG of high quality
# Measured: 2.13 times the file size if the graph is optimised at load, 1.16 with a cached optimised graph.
_LOAD_FACTOR = 2.2
_PACKED = {"fp32": 1.0, "bf16": 0.5, "int8": 0.25}
"""Bytes of packed weights for each byte of a checkpoint in float32."""
READ_AHEAD = 4
DEFAULT_BATCH_SIZE = 2  # as in vitscale.classify.InferenceOptions
LARGEST_PIXELS = 50_000_000


@dataclass(frozen=True)
class Footprint:
    """Memory of a model outside of the heap, in bytes.

    Attributes
    ----------
    weights : int
        Size of the ONNX graph with its weights; without a graph, of the packed weights.
    activations : int
        Activations that are alive at the same time, for each image of a batch.
    buffers : int
        Pixels and logits, for each image of a batch.
    """

    weights: int
    activations: int
    buffers: int

    @staticmethod
    def read(model: Path, precision: str = "fp32") -> Footprint:
        """Return the footprint of a model folder made by `vitscale export`.

        Raises
        ------
        ModelError
            If the folder lacks its configuration or the graph, or the memory of its family is not known.
        """
        remedy = how_to_make(precision, str(model))
        config = read_object(model / model_files.CONFIG, remedy)
        try:
            weights = _weights(model, precision)
            labels = len(config["id2label"])
        except (OSError, KeyError, TypeError) as error:
            raise ModelError(f"{model} is not a model folder with {precision}: {error}. {remedy}") from error
        height, width = input_size(config, model, remedy)
        return Footprint(
            weights=weights,
            activations=activations(config, height, width, str(model / model_files.CONFIG)),
            buffers=FLOAT * (_CHANNELS * height * width + labels),
        )


@dataclass(frozen=True)
class ExecutorSize:
    """Settings of an executor.

    Attributes
    ----------
    cores, task_cpus : int
        Cores of the executor, and of each task.
    threads : int
        Threads of one forward pass.
    passes : int
        Forward passes at the same time.
    heap_mib, overhead_mib : int
        Memory inside and outside of the heap, in MiB.
    reasons : tuple of str
        Reasons, one sentence for each of these.
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
        """Spark settings."""
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
        Memory of the model.
    batch_size : int
        Images in one forward pass.
    cores, task_cpus : int
        Cores of the executor, and of each task.
    threads : int
        Threads of one forward pass. One gives the most images per second, since no thread waits for others at
        the end of each operator.
    largest_pixels : int
        Largest image that must fit, one in each task at the same time. A larger one may be quarantined for
        lack of memory; it never kills the executor.

    Raises
    ------
    UsageError
        If a number is below 1, or a task or a forward pass needs more cores than the executor has.
    """
    numbers = {"batch size": batch_size, "cores": cores, "cores of a task": task_cpus, "threads": threads}
    for name, number in {**numbers, "pixels": largest_pixels}.items():
        if number < 1:
            raise UsageError(f"The number of {name} is {number}; expected at least 1.")
    if task_cpus > cores or threads > cores:
        raise UsageError(
            f"The executor has {cores} cores, but a task needs {task_cpus} and a forward pass {threads}. "
            "Raise --cores."
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
            f"{passes} forward passes of {threads} threads run at the same time: {cores} cores / {threads}. "
            "They share one session, so weights count once.",
            f"Heap: {_SPARK_RESERVED_MIB} MiB that Spark reserves, {_HEAP_BASE_MIB} for its objects and "
            f"rows, {files_mib:.0f} for {READ_AHEAD + batch_size} files in each of {tasks} tasks, "
            f"{image_mib:.0f} for {largest_pixels / 1e6:.0f} megapixels in each of {passes} passes.",
            f"Overhead: {NATIVE_BASE_MIB} MiB for the JVM itself, {weights_mib:.0f} for loading "
            f"{footprint.weights / _MIB:.0f} MiB of weights, and {batch_mib:.0f} for a batch of {batch_size} "
            f"in each of {passes} passes.",
        ),
    )


def _weights(model: Path, precision: str) -> int:
    """Return the bytes of the graph; without one, of the weights as oneDNN packs them."""
    graph = model_files.graph_folder(model, "onnx", precision)
    packed = _PACKED.get(without_merging(precision))
    if packed is not None and not graph.is_dir():
        files = list(model.glob("*.safetensors"))
        if files:
            return int(sum(file.stat().st_size for file in files) * packed)
    return sum(file.stat().st_size for file in graph.iterdir() if file.name.startswith(model_files.ONNX))


def _rounded(mib: float) -> int:
    return int(-(-mib // _STEP_MIB) * _STEP_MIB)
