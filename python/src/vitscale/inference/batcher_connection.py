"""A connection to a batcher in the JVM: requests of any thread, and a future for each."""

from __future__ import annotations

import itertools
import queue
import socket
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial

from vitscale.errors import JavaError, VitscaleError
from vitscale.images.inputs import EngineImage
from vitscale.inference.answers import Labels
from vitscale.inference.batcher_frames import cancel_frame, classify_frame, read_result
from vitscale.jvm.bridge import error_of

_CONNECT_SECONDS = 10.0


class BatcherConnection:
    """A socket with one thread that sends and one that receives, so that no caller waits for either.

    Parameters
    ----------
    port : int
        Port of the batcher on 127.0.0.1.
    token : str
        What it expects first.

    Raises
    ------
    JavaError
        If nobody listens there.
    """

    def __init__(self, port: int, token: str) -> None:
        try:
            self._socket = socket.create_connection(("127.0.0.1", port), timeout=_CONNECT_SECONDS)
        except OSError as error:
            raise JavaError(f"The JVM's batcher does not listen on port {port}: {error}.") from error
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(token.encode())
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._pending: dict[int, Future[Labels]] = {}
        self._is_open = True
        self._outgoing: queue.SimpleQueue[tuple[bytes, ...] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=work, name="vitscale-batcher", daemon=True)
            for work in (self._send_all, self._receive_all)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_open(self) -> bool:
        """Whether the JVM's batcher is connected."""
        return self._is_open

    def request(self, image: EngineImage, top_k: int | None, threshold: float | None) -> Future[Labels]:
        """Send a request, and return the future of its labels; cancel it to drop the request.

        Raises
        ------
        JavaError
            If the connection is lost.
        """
        number, future = next(self._numbers), Future[Labels]()
        with self._lock:
            if not self._is_open:
                raise _lost()
            self._pending[number] = future
        future.add_done_callback(partial(self._forget, number))
        self._outgoing.put(classify_frame(number, image, top_k, threshold))
        return future

    def close(self) -> None:
        """End the connection; requests without a result fail."""
        self._outgoing.put(None)
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _forget(self, number: int, future: Future[Labels]) -> None:
        self._pending.pop(number, None)
        if future.cancelled():
            self._outgoing.put((cancel_frame(number),))

    def _send_all(self) -> None:
        with suppress(OSError):  # the other thread sees it, too
            while (frame := self._outgoing.get()) is not None:
                for part in frame:
                    self._socket.sendall(part)
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # the receiving thread ends

    def _receive_all(self) -> None:
        with suppress(OSError, EOFError), self._socket.makefile("rb") as stream:
            while True:
                number, record = read_result(stream)
                self._finish(self._pending.get(number), record)
        with self._lock:
            self._is_open = False
        for future in list(self._pending.values()):
            _fail(future, _lost())
        self._outgoing.put(None)

    def _finish(self, future: Future[Labels] | None, record: dict[str, object]) -> None:
        if future is None:  # cancelled meanwhile
            return
        if "error" in record:
            _fail(future, error_of(str(record["exception"]), str(record["error"])))
        elif future.set_running_or_notify_cancel():
            future.set_result(record["labels"])  # type: ignore[arg-type]


def _fail(future: Future[Labels], error: VitscaleError) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(error)


def _lost() -> JavaError:
    return JavaError(
        "The connection to the JVM's batcher is closed: the batcher was closed, or the JVM ended."
    )
