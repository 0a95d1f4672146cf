"""The example services under normal use, slow clients and overload: each request gets an answer."""

from __future__ import annotations

import io
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
import vitscale
from PIL import Image

from tests.job.jobs import MODEL
from tests.service.services import KINDS, Service, running, send_slowly
from tests.waiting import wait_until

OK, BUSY = httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE
UPLOAD_SECONDS = 3
LIMIT = 2_000_000


@pytest.fixture(scope="module", params=KINDS)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    limits = {"max_queue_size": 8, "max_image_bytes": LIMIT, "upload_seconds": UPLOAD_SECONDS}
    with running(request.param, answer_seconds=60, **limits) as started:
        yield started


@pytest.fixture(scope="module")
def images(photos: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(photos.rglob("*.jpg"))]


@pytest.fixture(scope="module")
def large() -> bytes:
    """A photo that takes a while to decode: twelve million pixels."""
    pixels = np.tile(np.arange(4000, dtype=np.uint8)[None, :, None], (3000, 1, 3))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    assert len(file.getvalue()) < LIMIT
    return file.getvalue()


def at_once(clients: int, ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(ask, range(clients)))


def test_labels_are_those_of_the_classifier(service: Service, images: list[bytes]) -> None:
    with vitscale.ViT(MODEL) as vit:
        expected = vit.classify(images, top_k=3)
    answers = [service.ask(image, top_k=3) for image in images]
    assert [answer.json()["labels"] for answer in answers] == expected
    assert len(service.ask(images[0]).json()["labels"]) == 5


def test_an_image_that_cannot_be_read_is_422_with_the_reason(service: Service, images: list[bytes]) -> None:
    cut, text, empty = (service.ask(content) for content in (images[0][:5000], b"this is no image", b""))
    assert {answer.status_code for answer in (cut, text, empty)} == {422}
    assert "truncated" in cut.json()["detail"]
    assert "not an image" in text.json()["detail"]


def test_an_image_above_the_limit_is_413(service: Service) -> None:
    """The client does not wait for the server's consent, and sends all of it before it reads."""
    whole = service.ask(b"x" * (8 * LIMIT))
    assert whole.status_code == 413
    assert "2,000,000 bytes" in whole.json()["detail"]

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 100_000

    chunked = httpx.post(f"{service.url}/classify", content=endless(), timeout=60)
    assert chunked.status_code == 413


def test_health_and_metrics_answer(service: Service) -> None:
    assert service.get("/live").status_code == OK
    assert service.get("/ready").status_code == OK
    metrics = service.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert service.metrics()["vitscale_queue_limit"] == 8


def test_slow_clients_delay_nobody_and_get_408(service: Service, images: list[bytes]) -> None:
    head = b"POST /classify HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx"
    slow = [service.connect(head) for _ in range(30)]
    silent = [service.connect(b"POST /classify HTTP/1.1\r\nHost:") for _ in range(10)]
    with ThreadPoolExecutor(30) as pool:
        ends = [pool.submit(send_slowly, one, 10 * UPLOAD_SECONDS) for one in slow]
        began = time.monotonic()
        answers = [service.ask(image) for image in images]
        seconds = time.monotonic() - began
        first_lines = [end.result().split(b"\r\n")[0] for end in ends]
    assert [answer.status_code for answer in answers] == [OK] * len(images)
    assert seconds < 10 * UPLOAD_SECONDS
    assert all(line.startswith(b"HTTP/1.1 408") for line in first_lines)
    for one in (*slow, *silent):
        one.close()


def test_overload_is_answered_with_503_and_the_time_to_come_again(
    service: Service, images: list[bytes], large: bytes
) -> None:
    before = (service.outcomes("rejected"), service.outcomes("completed"))
    answers = at_once(64, lambda _: service.ask(large))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) == {OK, BUSY}
    assert statuses[OK] >= 8
    rejected = [answer for answer in answers if answer.status_code == BUSY]
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in rejected)
    assert service.outcomes("rejected") - before[0] == statuses[BUSY]
    assert service.outcomes("completed") - before[1] == statuses[OK]
    assert service.ask(images[0]).status_code == OK  # it recovers


def test_memory_stays_flat(service: Service, images: list[bytes]) -> None:
    contents = [*images, images[0][:5000], b"no image"]

    def some(number: int) -> list[int]:
        with httpx.Client(timeout=60) as client:
            urls = [
                (f"{service.url}/classify", contents[(number + step) % len(contents)]) for step in range(50)
            ]
            return [client.post(url, content=image).status_code for url, image in urls]

    def rounds(count: int) -> float:
        sizes = []
        for _ in range(count):
            with ThreadPoolExecutor(12) as pool:
                statuses = {one for many in pool.map(some, range(12)) for one in many}
            assert statuses <= {OK, 422, BUSY}
            sizes.append(service.resident_mib())
        return statistics.median(sizes)

    rounds(1)
    first = rounds(1)
    assert rounds(3) - first < 32


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_without_an_answer_in_time_is_504_and_leaves_the_queue(
    kind: str, images: list[bytes]
) -> None:
    """Its batch does not fill before the delay, which is longer than the time for an answer."""
    delays = {"max_batch_size": 64, "max_queue_delay": 50, "warm_up_images": 0}
    with running(kind, answer_seconds=3, max_requests=4, **delays) as service:
        late = at_once(8, lambda place: service.ask(images[place]))
        statuses = Counter(answer.status_code for answer in late)
        assert set(statuses) <= {504, BUSY}
        assert statuses[504] >= 4
        assert statuses[BUSY] >= 1  # no more than four at the same time
        wait_until(lambda: service.outcomes("cancelled") == statuses[504], "they are still in the queue")
        assert service.metrics()["vitscale_queue_length"] == 0
        if kind == "fastapi":  # the JDK's server does not tell that a client has left
            length = len(images[0])
            head = f"POST /classify HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"
            service.connect(head.encode() + images[0]).close()
            gone = statuses[504] + 1
            wait_until(lambda: service.outcomes("cancelled") == gone, "the client that left is still queued")


@pytest.mark.parametrize("kind", KINDS)
def test_sigterm_answers_what_was_accepted(kind: str, images: list[bytes]) -> None:
    delays = {"max_batch_size": 64, "max_queue_delay": 2, "warm_up_images": 0}
    with running(kind, answer_seconds=60, **delays) as service, ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(service.ask, image) for image in images[:6]]
        wait_until(lambda: service.metrics()["vitscale_queue_length"] == 6, "the requests do not wait")
        status = service.terminate()
        assert [one.result().status_code for one in asked] == [OK] * 6
        assert status in {0, 143, -15}


def test_fastapi_takes_forms_and_is_not_alive_without_its_jvm(images: list[bytes]) -> None:
    with running("fastapi") as service:
        answers = [
            httpx.post(f"{service.url}/classify", files=files, timeout=60)
            for files in ({"image": images[0]}, {"photo": images[0]})
        ]
        assert answers[0].json() == service.ask(images[0]).json()
        assert answers[1].status_code == 422
        service.kill_jvm()
        wait_until(lambda: service.get("/live").status_code == BUSY, "it looks alive without its JVM")
        assert service.ask(images[0]).status_code == 500
