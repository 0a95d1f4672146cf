"""The clients of `service.py`: a closed loop, each sends its next image after the answer to the last one."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 120.0


@dataclass
class Load:
    """What the clients measured.

    Attributes
    ----------
    clients : int
        Clients at the same time.
    seconds : float
        Time from the first request to the last answer.
    latencies_ms : list of float
        Time of each request with labels, in milliseconds.
    failures : dict of str to int
        Number of other answers, by status or kind of error.
    """

    clients: int
    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def images_per_sec(self) -> float:
        """Images with labels a second."""
        return len(self.latencies_ms) / self.seconds

    def percentile(self, percent: int) -> float:
        """Return a percentile of the latencies, in milliseconds; NaN with fewer than two."""
        if len(self.latencies_ms) < 2:  # noqa: PLR2004 - quantiles need two
            return float("nan")
        return statistics.quantiles(self.latencies_ms, n=100, method="inclusive")[percent - 1]

    def record(self) -> dict[str, Any]:
        """Return the raw values with the figures."""
        figures = {
            "images_per_sec": self.images_per_sec,
            "p50_ms": self.percentile(50),
            "p99_ms": self.percentile(99),
        }
        return {**figures, **asdict(self), "failures": dict(self.failures)}


async def measure(url: str, images: Sequence[bytes], clients: int, seconds: float) -> Load:
    """Send images to a service for a time.

    Parameters
    ----------
    url : str
        The endpoint.
    images : sequence of bytes
        Image files; each client takes them in turn, from another one on.
    clients : int
        Clients at the same time, each with its own connection.
    seconds : float
        Time in which requests begin.
    """
    load = Load(clients)
    turns = [itertools.islice(itertools.cycle(images), number, None) for number in range(clients)]
    connections = [await _Connection.open(url) for _ in range(clients)]
    try:
        began = time.perf_counter()
        pairs = zip(connections, turns, strict=True)
        await asyncio.gather(*(_client(one, own, load, began + seconds) for one, own in pairs))
        load.seconds = time.perf_counter() - began
    finally:
        for one in connections:
            one.close()
    return load


async def _client(connection: _Connection, images: Iterator[bytes], load: Load, end: float) -> None:
    while (began := time.perf_counter()) < end:
        try:
            status = await asyncio.wait_for(connection.post(next(images)), _TIMEOUT_SECONDS)
        except (OSError, EOFError, TimeoutError) as error:
            load.failures[type(error).__name__] += 1
            return  # the connection has no further answers
        if status == "200":
            load.latencies_ms.append((time.perf_counter() - began) * 1000)
        else:
            load.failures[status] += 1


class _Connection:
    """One connection of HTTP/1.1. A full client needs as much time as the service; this one needs little."""

    def __init__(
        self, path: str, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: "
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, url: str) -> _Connection:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        return cls(parts.path, parts.netloc, reader, writer)

    async def post(self, body: bytes) -> str:
        """Send a body, read the whole answer, and return its status."""
        self._writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        await self._writer.drain()
        status, *headers = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        fields = dict(line.lower().split(": ", 1) for line in headers if line)
        await self._reader.readexactly(int(fields["content-length"]))
        return status.split()[1]

    def close(self) -> None:
        self._writer.close()
