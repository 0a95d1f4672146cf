"""Images a second and latencies of the FastAPI example, beside Hugging Face's pipeline in FastAPI, in turns.

Run it with `make bench-service`, on a machine where nothing else runs. All services stay open; in each round
every service is measured with each number of clients, in random order. The clients run on the same machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from service_load import Load, measure
from vitscale.bench.environment import environment

_ROOT = Path(__file__).parents[1]
_START_SECONDS = 300.0
_BASELINES = ("huggingface threads", "huggingface batches")
_PRECISIONS = ("fp32", "bf16", "int8")
_BAR = 3.0


@dataclass(frozen=True)
class Contender:
    """A service to measure.

    Attributes
    ----------
    name : str
        ``"vitscale int8"`` or ``"huggingface threads"``.
    script : Path
        Program to start.
    variables : dict of str to str
        Its settings.
    """

    name: str
    script: Path
    variables: dict[str, str]

    @contextmanager
    def started(self, model: str) -> Iterator[str]:
        """Start it, and yield the URL of its endpoint; end it afterwards.

        Raises
        ------
        RuntimeError
            If it ends, or is not ready in time.
        """
        port = _free_port()
        variables = {"SERVICE_MODEL": model, "SERVICE_PORT": str(port), **self.variables}
        process = subprocess.Popen([sys.executable, str(self.script)], env={**os.environ, **variables})
        try:
            self._wait(process, f"http://127.0.0.1:{port}/ready")
            yield f"http://127.0.0.1:{port}/classify"
        finally:
            process.terminate()
            process.wait()

    def _wait(self, process: subprocess.Popen[bytes], url: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with exit status {process.returncode}.")
            try:
                if httpx.get(url).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass  # it does not listen yet
            time.sleep(0.1)
        raise RuntimeError(f"{self.name} is not ready after {_START_SECONDS:.0f} s.")


def main() -> None:
    """Measure in rounds, print a table and write all values."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="model folder")
    parser.add_argument("--images", type=Path, required=True, help="folder of JPEGs")
    parser.add_argument("--precision", choices=_PRECISIONS, action="append", help="default: all of them")
    parser.add_argument("--clients", default="1,8,64", help="numbers of clients")
    parser.add_argument("--seconds", type=float, default=20.0, help="time of each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=Path("results/service.json"))
    given = parser.parse_args()
    images = [path.read_bytes() for path in sorted(given.images.rglob("*.jpg"))]
    clients = [int(number) for number in given.clients.split(",")]
    contenders = [*_vitscale(given.precision or _PRECISIONS), *_huggingface()]
    with ExitStack() as open_services:
        urls, errors = _start(contenders, given.model, open_services)
        rounds = [_round(urls, images, clients, given.seconds, seed) for seed in range(given.rounds)]
    about = {"model": given.model, "images": len(images), "seconds": given.seconds, "errors": errors}
    given.output.parent.mkdir(parents=True, exist_ok=True)
    raw = [{name: [load.record() for load in loads] for name, loads in one.items()} for one in rounds]
    given.output.write_text(
        json.dumps({**about, "environment": environment(), "rounds": raw}, indent=1) + "\n"
    )
    print(table(rounds, clients))


def table(rounds: Sequence[dict[str, list[Load]]], clients: Sequence[int]) -> str:
    """Return the medians over the rounds, and the ratio of images a second to the faster baseline.

    Parameters
    ----------
    rounds : sequence of dict
        For each round the loads of each service, in the order of `clients`.
    clients : sequence of int
        The numbers of clients.
    """
    lines = [f"{'service':22}{'clients':>8}{'images/s':>10}{'p50 ms':>9}{'p99 ms':>9}  over Hugging Face"]
    for place, number in enumerate(clients):
        rate = {name: _median(rounds, name, place, "images_per_sec") for name in rounds[0]}
        p99 = {name: _median(rounds, name, place, "p99_ms") for name in rounds[0]}
        best = max((name for name in _BASELINES if name in rate), key=rate.__getitem__, default=None)
        for name in rounds[0]:
            p50 = _median(rounds, name, place, "p50_ms")
            row = f"{name:22}{number:>8}{rate[name]:>10.2f}{p50:>9.0f}{p99[name]:>9.0f}"
            if best is not None and name not in _BASELINES:
                ratio = rate[name] / rate[best]
                verdict = "reached" if ratio >= _BAR and p99[name] <= p99[best] else "not reached"
                row += f"  {ratio:.2f}x; {_BAR:g}x at no larger p99: {verdict}"
            lines.append(row)
    return "\n".join(lines)


def _median(rounds: Sequence[dict[str, list[Load]]], name: str, place: int, figure: str) -> float:
    return statistics.median(one[name][place].record()[figure] for one in rounds)


def _vitscale(precisions: Sequence[str]) -> list[Contender]:
    script = _ROOT / "examples/service_fastapi/main.py"
    patient = {"SERVICE_ANSWER_SECONDS": "120"}  # as the baseline, which has no limit
    return [Contender(f"vitscale {one}", script, {"SERVICE_PRECISION": one, **patient}) for one in precisions]


def _huggingface() -> list[Contender]:
    script = Path(__file__).with_name("service_huggingface.py")
    return [Contender(name, script, {"BASELINE": name.split()[1]}) for name in _BASELINES]


def _start(
    contenders: Sequence[Contender], model: str, open_services: ExitStack
) -> tuple[dict[str, str], dict[str, str]]:
    """Start all services, and return the URLs of those that run and the errors of the others."""
    urls: dict[str, str] = {}
    errors: dict[str, str] = {}
    for one in contenders:
        try:
            urls[one.name] = open_services.enter_context(one.started(model))
        except RuntimeError as error:
            errors[one.name] = str(error)
            print(f"left out: {error}", file=sys.stderr)
    return urls, errors


def _round(
    urls: dict[str, str], images: Sequence[bytes], clients: Sequence[int], seconds: float, seed: int
) -> dict[str, list[Load]]:
    names = list(urls)
    random.Random(seed).shuffle(names)
    found: dict[str, list[Load]] = {}
    for name in names:
        asyncio.run(measure(urls[name], images, 1, seconds / 4))  # warm-up
        found[name] = [asyncio.run(measure(urls[name], images, number, seconds)) for number in clients]
        rates = ", ".join(f"{load.images_per_sec:.1f}" for load in found[name])
        print(f"round {seed + 1}: {name}: {rates} images/s", file=sys.stderr)
    return {name: found[name] for name in urls}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
