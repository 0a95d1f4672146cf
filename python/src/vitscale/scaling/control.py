"""The control of the scaling benchmark: the engine without Spark in one or two plain JVM processes.

The processes share the work as executors do. Their parallel efficiency is the limit of the machine.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing import get_context
from threading import Lock
from typing import Any

from vitscale.backends.base import Backend
from vitscale.backends.parsing import parse
from vitscale.backends.process import load_backend
from vitscale.errors import VitscaleError
from vitscale.images.image_set import ImageFolder
from vitscale.models.folder import ModelFolder
from vitscale.system.process_control import die_with_parent, own_processors

BATCH_SIZE = 2
"""Default of the job (``vitscale.classify.InferenceOptions``)."""


@dataclass(frozen=True)
class EngineRun:
    """One run.

    Attributes
    ----------
    processes : int
        Processes, each pinned to its own core.
    images : int
        Classified images; none failed.
    seconds : float
        Time from the first image to the last, with the model already loaded.
    """

    processes: int
    images: int
    seconds: float

    @property
    def rate(self) -> float:
        """Images per second."""
        return self.images / self.seconds

    def to_json(self) -> dict[str, Any]:
        """Return it in the form of the results file."""
        return asdict(self)


def run_engine(
    processes: int, images: ImageFolder, model: ModelFolder, memory: str, chunk_sizes: Sequence[int]
) -> EngineRun:
    """Classify all images once, in fresh processes that load the model before the timing.

    Each process is pinned to its own core, like a pinned executor, and takes the next chunk of images when it
    has finished one.

    Parameters
    ----------
    processes : int
        Number of processes.
    images : ImageFolder
        Images that can all be decoded.
    model : ModelFolder
        The model with its precision.
    memory : str
        Heap of each process, in Java's notation.
    chunk_sizes : sequence of int
        Images of each chunk, in the order of the work; their sum is the number of images.

    Raises
    ------
    VitscaleError
        If an image fails.
    """
    chunks = _Chunks(images, chunk_sizes)
    with ExitStack() as stack:
        pools = [
            stack.enter_context(ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")))
            for _ in range(processes)
        ]
        own = own_processors(processes, 1)
        opening = [pool.submit(_open, one, model, memory) for pool, one in zip(pools, own, strict=True)]
        for one in opening:
            one.result()
        threads = stack.enter_context(ThreadPoolExecutor(processes))
        stack.callback(chunks.drop)  # an interrupt does not wait for the remaining chunks
        start = time.perf_counter()
        counts = [threads.submit(chunks.classify_with, pool) for pool in pools]
        done = sum(count.result() for count in counts)
        seconds = time.perf_counter() - start
    if done != len(images.files):
        raise VitscaleError(f"The engine classified {done} of {len(images.files)} images.")
    return EngineRun(processes, done, seconds)


class _Chunks:
    """A queue of chunks of images for several threads."""

    def __init__(self, images: ImageFolder, sizes: Sequence[int]) -> None:
        files = iter(images.files)
        chunks = [images.only(islice(files, size)) for size in sizes]
        self._left = iter(chunks)
        self._lock = Lock()

    def classify_with(self, pool: ProcessPoolExecutor) -> int:
        """Let one process classify chunks until none is left; return the number of its images."""
        return sum(pool.submit(_classify, chunk).result() for chunk in self._taken())

    def drop(self) -> None:
        """Empty the queue."""
        with self._lock:
            self._left = iter(())

    def _taken(self) -> Iterator[ImageFolder]:
        while True:
            with self._lock:
                chunk = next(self._left, None)
            if chunk is None:
                return
            yield chunk


_backend: Backend  # one for each process that runs the engine


def _open(processors: set[int], model: ModelFolder, memory: str) -> None:
    """Load the model in this process's JVM, which inherits its CPU cores."""
    global _backend  # noqa: PLW0603 - the one state of a process that does nothing else
    from vitscale.jvm.bridge import python_api

    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent process
    os.sched_setaffinity(0, processors)
    python_api({"spark.driver.memory": memory})
    spec = parse(f"vitscale:bridge=py4j,precision={model.precision}")
    _backend = load_backend(spec, model, BATCH_SIZE)


def _classify(images: ImageFolder) -> int:
    return _backend.classify(images).count()
