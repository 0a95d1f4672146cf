"""A connection of an event loop to a batcher in the JVM."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from vitscale.errors import JavaError
from vitscale.images.inputs import EngineImage
from vitscale.inference.answers import Labels
from vitscale.inference.batcher_frames import cancel_frame, classify_frame, flush_frame, read_result
from vitscale.jvm.bridge import error_of

LOOPBACK = "127.0.0.1"


class BatcherConnection:
    """A socket that carries any number of requests at a time. Use it in the event loop that opened it.

    Parameters
    ----------
    reader, writer : asyncio streams
        The two directions of the socket.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._pending: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._receiving = asyncio.ensure_future(self._receive_all())

    @classmethod
    async def open(cls, port: int, token: str) -> BatcherConnection:
        """Connect to a batcher.

        Parameters
        ----------
        port : int
            Its port on 127.0.0.1.
        token : str
            What it expects first.

        Raises
        ------
        JavaError
            If nobody listens there.
        """
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError as error:
            raise JavaError(f"The JVM's batcher does not listen on port {port}: {error}.") from error
        writer.write(token.encode())
        return cls(reader, writer)

    @property
    def is_lost(self) -> bool:
        """Whether the other side has ended the connection."""
        return self._receiving.done()

    async def request(self, image: EngineImage, top_k: int | None, threshold: float | None) -> Labels:
        """Classify an image. If this is cancelled, the request leaves the JVM's queue.

        Raises
        ------
        VitscaleError
            The error of the JVM, or a `JavaError` if the connection is lost.
        """
        async with self._result() as (number, result):
            for part in classify_frame(number, image, top_k, threshold):
                self._writer.write(part)
            try:
                record = await result
            except asyncio.CancelledError:
                self._writer.write(cancel_frame(number))
                raise
        if "error" in record:
            raise error_of(record["exception"], record["error"])
        labels: Labels = record["labels"]
        return labels

    async def flush(self) -> None:
        """Wait until the requests before this are in the JVM's queue, or were refused.

        Raises
        ------
        JavaError
            If the connection is lost.
        """
        async with self._result() as (number, result):
            self._writer.write(flush_frame(number))
            await result

    @asynccontextmanager
    async def _result(self) -> AsyncIterator[tuple[int, asyncio.Future[dict[str, Any]]]]:
        """Yield the id of a new request and the future of its result."""
        if self.is_lost:
            raise _lost()
        number = next(self._numbers)
        self._pending[number] = asyncio.get_running_loop().create_future()
        try:
            yield number, self._pending[number]
        finally:
            del self._pending[number]

    async def _receive_all(self) -> None:
        """Hand each result to its request, until either side ends the connection or the event loop ends."""
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    number, record = await read_result(self._reader)
                    future = self._pending.get(number)
                    if future is not None and not future.done():  # it may be cancelled
                        future.set_result(record)
        finally:
            self._writer.close()
            for future in self._pending.values():
                if not future.done():
                    future.set_exception(_lost())


def _lost() -> JavaError:
    return JavaError(
        "The connection to the JVM's batcher is closed: the batcher was closed, or the JVM ended."
    )
