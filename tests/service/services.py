"""Starts the two example services as processes, and asks them as clients do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from vitscale.jvm.java import find_java

from tests.job.jobs import MODEL, QUICK_JAVA
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
CLASS_PATH = ROOT / "target/service-java/class-path"
KINDS = ("fastapi", "java")
_HEAP = "-Xms160m -Xmx160m -XX:+AlwaysPreTouch"
"""All of the heap is resident from the start, so what grows later is a leak outside of it."""
_CLIENT_SECONDS = 90.0


@dataclass(frozen=True)
class Service:
    """A service that runs.

    Attributes
    ----------
    kind : str
        ``"fastapi"`` or ``"java"``.
    port : int
        Port on 127.0.0.1.
    process : Popen
        Its process, with the JVM as a child or itself.
    """

    kind: str
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, image: bytes, top_k: int = 5) -> httpx.Response:
        """Classify an image over a connection of its own."""
        with httpx.Client(timeout=_CLIENT_SECONDS) as client:
            return client.post(f"{self.url}/classify", params={"top_k": top_k}, content=image)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=_CLIENT_SECONDS)

    def metrics(self) -> dict[str, float]:
        """Return the metrics by name and labels."""
        lines = [line for line in self.get("/metrics").text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    def outcomes(self, outcome: str) -> float:
        return self.metrics()[f'vitscale_requests_total{{outcome="{outcome}"}}']

    def resident_mib(self) -> float:
        """Return the memory of the service and of its JVM."""
        own = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in (own, *self._children())) / 2**20

    def kill_jvm(self) -> None:
        """Kill the JVM of the service in Python, as the system does if memory runs out."""
        for child in self._children():
            child.kill()

    def connect(self, sent: bytes) -> socket.socket:
        """Open a connection and send the start of a request."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=_CLIENT_SECONDS)
        connection.sendall(sent)
        return connection

    def terminate(self) -> int:
        """Send SIGTERM and return the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_CLIENT_SECONDS)

    def _children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def running(kind: str, **settings: object) -> Iterator[Service]:
    """Start a service, wait until it is ready, and end it afterwards."""
    port = _free_port()
    environment = {
        **os.environ,
        "JDK_JAVA_OPTIONS": f"{QUICK_JAVA} {_HEAP}",
        "OMP_NUM_THREADS": "1",
        "SERVICE_MODEL": str(MODEL),
        "SERVICE_PORT": str(port),
        "SERVICE_WARM_UP_IMAGES": "4",
        **{f"SERVICE_{name.upper()}": str(value) for name, value in settings.items()},
    }
    process = subprocess.Popen(_command(kind), env=environment, cwd=ROOT, text=True)
    service = Service(kind, port, process)
    try:
        wait_until(lambda: _is_ready(service), f"the {kind} service is not ready", of=process)
        yield service
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _command(kind: str) -> list[str]:
    if kind == "fastapi":
        return [sys.executable, "examples/service_fastapi/main.py"]
    return [str(find_java().executable), "-cp", CLASS_PATH.read_text(), "service.ClassifyService"]


def _is_ready(service: Service) -> bool:
    with suppress(httpx.TransportError):
        return service.get("/ready").status_code == httpx.codes.OK
    return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def send_slowly(connection: socket.socket, seconds: float) -> bytes:
    """Send a byte a second until the server answers or hangs up; return the start of the answer."""
    deadline = time.monotonic() + seconds
    connection.settimeout(1.0)
    while time.monotonic() < deadline:
        with suppress(TimeoutError):
            connection.sendall(b"x")
            return connection.recv(4096)
    return b""
