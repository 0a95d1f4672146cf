"""A batcher in the JVM of this process, and the connections to it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from vitscale.errors import VitscaleError
from vitscale.images.inputs import EngineImage
from vitscale.inference.answers import Labels
from vitscale.inference.batcher_connection import LOOPBACK, BatcherConnection
from vitscale.jvm.bridge import java_errors

T = TypeVar("T")


class BatcherClient:
    """The queue in the JVM. Each event loop has its own connection; threads without one share a loop.

    Parameters
    ----------
    classifier : py4j proxy
        The JVM's ``vitscale.python.PythonClassifier``.
    max_batch_size, max_queue_size, max_queue_delay
        As for `DynamicBatcher`.

    Attributes
    ----------
    java : py4j proxy
        The JVM's ``vitscale.python.PythonBatcher``.
    """

    def __init__(
        self, classifier: Any, max_batch_size: int, max_queue_size: int, max_queue_delay: float
    ) -> None:
        with java_errors():
            self.java = classifier.batcher(max_batch_size, max_queue_size, max_queue_delay)
            self._port, self._token = int(self.java.port()), str(self.java.token())
        self._lock = threading.Lock()
        self._connections: dict[asyncio.AbstractEventLoop, asyncio.Task[BatcherConnection]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._alive = socket.create_connection((LOOPBACK, self._port))
        self._alive.sendall(self._token.encode())
        self._alive.setblocking(False)

    @property
    def is_alive(self) -> bool:
        """Whether the JVM still holds the queue: a connection without requests tells."""
        try:
            return self._alive.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    async def classify(self, image: EngineImage, top_k: int | None, threshold: float | None) -> Labels:
        """Classify an image over the connection of the running event loop."""
        connection = await asyncio.shield(self._connection())
        return await connection.request(image, top_k, threshold)

    def run(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine in the loop for threads that have none."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                arguments = (self._loop,)
                threading.Thread(target=_run, args=arguments, name="vitscale-batcher", daemon=True).start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self, timeout: float | None) -> bool:
        """Drain the queue in the JVM, which then ends the connections."""
        if self._loop is not None:  # what was submitted before is accepted
            with suppress(VitscaleError):
                self.run(self._flush()).result()
        with java_errors():
            is_drained = bool(self.java.close(-1.0 if timeout is None else max(float(timeout), 0.0)))
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(_finish(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
        self._alive.close()
        return is_drained

    async def _flush(self) -> None:
        connection = await asyncio.shield(self._connection())
        await connection.flush()

    def _connection(self) -> asyncio.Task[BatcherConnection]:
        """Return the connection of the running loop; the first request opens it."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop not in self._connections:
                ended = [one for one in self._connections if one.is_closed()]
                for one in ended:
                    del self._connections[one]
                opening = BatcherConnection.open(self._port, self._token)
                self._connections[loop] = loop.create_task(opening)
            return self._connections[loop]


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Run an event loop until it is stopped."""
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _finish() -> None:
    """Wait until the other tasks of this loop have ended: results that are on their way arrive."""
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)
