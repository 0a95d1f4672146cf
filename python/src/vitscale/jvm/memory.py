"""The memory limit of this process, and the heap of a JVM in it."""

from __future__ import annotations

import resource
from pathlib import Path

import psutil

from vitscale.system.cgroups import Limit, cgroup_limits

MIB = 1 << 20
SPARK_MINIMUM_MIB = 480
"""The smallest heap with which Spark starts: 1.5 times the 300 MiB that it reserves
(``org.apache.spark.memory.UnifiedMemoryManager``), and the survivor space, which Java does not count."""
NATIVE_BASE_MIB = 320
"""Memory of the JVM without its heap: 170 MiB measured at its start, plus classes, threads and sockets."""

_GIB_IN_MIB = 1024
_LARGEST_MIB = 16 * _GIB_IN_MIB  # default of sparknlp.start()
_RESERVED_ADDRESSES = 1536 * MIB
"""Address space that Java 17 reserves besides its heap: 1 GiB for classes (``CompressedClassSpaceSize``),
240 MiB for machine code (``ReservedCodeCacheSize``), and stacks of threads."""


def memory_limit(root: Path = Path("/")) -> Limit:
    """Return the smallest of the host's memory, all limits of control groups, and ``ulimit -v``.

    Parameters
    ----------
    root : Path
        Root of ``proc`` and ``sys``; another folder than ``/`` in tests.
    """
    host = Limit(psutil.virtual_memory().total, "memory of the host")
    return min([host, *cgroup_limits(root), *_address_space()], key=lambda limit: limit.size)


def heap_mib(limit: int, native_mib: int = 0) -> int:
    """Return the heap size of a JVM that may use all of the memory.

    ONNX Runtime's weights and activations, and the buffers that it shares with Java, are outside of the heap.
    So the heap is half of the memory, at most 16 GiB; less if the model needs more; and not less than Spark
    needs, as long as a quarter of the memory is left.

    Parameters
    ----------
    limit : int
        Memory of this process, in bytes.
    native_mib : int
        Memory needed outside of the heap, in MiB.
    """
    whole = limit // MIB
    wanted = min(_LARGEST_MIB, whole // 2, whole - native_mib)
    heap = max(wanted, min(SPARK_MINIMUM_MIB, whole * 3 // 4))
    return heap if heap < 4 * _GIB_IN_MIB else heap // _GIB_IN_MIB * _GIB_IN_MIB


def default_heap(native_mib: int = 0) -> str:
    """Return :func:`heap_mib` of this process in Java's notation, such as ``"500m"`` or ``"8g"``."""
    return notation(heap_mib(memory_limit().size, native_mib))


def notation(mib: int) -> str:
    """Return a size in MiB in the notation of Java and Spark."""
    return f"{mib}m" if mib % _GIB_IN_MIB else f"{mib // _GIB_IN_MIB}g"


def _address_space() -> list[Limit]:
    """Return the memory that ``ulimit -v`` leaves for heap and weights; it limits address space."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return []
    return [Limit(max(0, limit - _RESERVED_ADDRESSES), "ulimit -v")]
