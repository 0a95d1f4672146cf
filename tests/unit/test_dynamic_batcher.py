"""Requests of many coroutines and threads, merged into batches by the JVM's queue."""

from __future__ import annotations

import asyncio
import io
import socket
import subprocess
import sys
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
import vitscale
from PIL import Image
from vitscale.errors import BatcherClosedError, ImageError, QueueFullError, UsageError

from tests.job.jobs import MODEL
from tests.waiting import wait_until

LONG = 60.0
"""A delay that no test waits for; a request stays until its batch is full or the queue is closed."""


@pytest.fixture(scope="module")
def images(photos: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(photos.rglob("*.jpg"))]


def test_concurrent_requests_get_the_answers_of_the_classifier(
    vit: vitscale.ViT, images: list[bytes]
) -> None:
    expected = vit.classify(images, top_k=3)

    async def ask() -> list[object]:
        many = [batcher.classify_async(image, top_k=3) for image in images * 5]
        return list(await asyncio.gather(*many))

    with vitscale.DynamicBatcher(vit, max_batch_size=4) as batcher:
        assert asyncio.run(ask()) == expected * 5
        assert asyncio.run(ask()) == expected * 5  # another event loop
        assert batcher.metrics()["completed"] == 10 * len(images)


def test_every_form_of_an_image_is_taken(vit: vitscale.ViT, photos: Path) -> None:
    path = sorted(photos.rglob("*.jpg"))[0]
    pillow = Image.open(path)
    forms = [path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes()), pillow, np.asarray(pillow)]
    expected = [vit.classify(form, top_k=2) for form in (path, pillow)]
    with vitscale.DynamicBatcher(vit) as batcher:
        answers = [asyncio.run(batcher.classify_async(form, top_k=2)) for form in forms[:3]]
        answers += [batcher.submit(form, top_k=2).result() for form in forms[3:]]
    assert answers == [expected[0]] * 4 + [expected[1]] * 2


def test_a_broken_image_fails_alone_with_the_reason_of_the_classifier(
    vit: vitscale.ViT, images: list[bytes]
) -> None:
    broken = images[1][:5000]
    with vitscale.DynamicBatcher(vit, max_batch_size=8) as batcher:
        futures = [batcher.submit(image) for image in (images[0], broken, b"", images[2])]
        assert futures[0].result() == vit.classify(images[0])
        assert futures[3].result() == vit.classify(images[2])
        reason = str(vit.classify(broken, on_error="return"))
        assert str(futures[1].exception()) == reason.split(": ", 1)[1]
        assert isinstance(futures[2].exception(), ImageError)
        assert batcher.metrics()["image_errors"] == 2


def test_threshold_and_number_of_labels_are_those_of_the_classifier(
    vit: vitscale.ViT, images: list[bytes]
) -> None:
    with vitscale.DynamicBatcher(vit) as batcher:
        assert batcher.submit(images[0], threshold=0.05).result() == vit.classify(images[0], threshold=0.05)
        assert len(batcher.submit(images[0], top_k=10**30).result()) == 11
        for top_k in (0, -(10**30)):
            assert isinstance(batcher.submit(images[0], top_k=top_k).exception(), UsageError)
        with pytest.raises(UsageError, match="threshold is 2"):
            batcher.submit(images[0], threshold=2)


def test_a_full_queue_rejects_and_closing_answers_what_waits(vit: vitscale.ViT, images: list[bytes]) -> None:
    batcher = vitscale.DynamicBatcher(vit, max_batch_size=8, max_queue_size=3, max_queue_delay=LONG)
    waiting = [batcher.submit(image) for image in images[:3]]
    rejected = batcher.submit(images[3]).exception()
    assert isinstance(rejected, QueueFullError)
    assert "maxQueueSize is 3" in str(rejected)
    metrics = batcher.metrics()
    assert (metrics["queue_length"], metrics["rejected"], metrics["pending"]) == (3, 1, 3)
    assert batcher.is_open
    assert batcher.close()
    assert [future.result() for future in waiting] == vit.classify(images[:3])
    assert not batcher.is_open
    with pytest.raises(BatcherClosedError):
        batcher.submit(images[0])
    assert batcher.close(1.0)


def test_cancelled_requests_leave_the_queue(vit: vitscale.ViT, images: list[bytes]) -> None:
    async def impatient() -> None:
        await asyncio.wait_for(batcher.classify_async(images[0]), 0.2)

    with vitscale.DynamicBatcher(vit, max_batch_size=8, max_queue_size=2, max_queue_delay=LONG) as batcher:
        with pytest.raises(TimeoutError):
            asyncio.run(impatient())
        first, second = batcher.submit(images[0]), batcher.submit(images[1])
        wait_until(lambda: batcher.metrics()["queue_length"] == 2, "the requests are not in the queue")
        assert first.cancel()
        wait_until(lambda: batcher.metrics()["cancelled"] == 2, "the requests were not cancelled")
        assert batcher.metrics()["queue_length"] == 1
        third = batcher.submit(images[2])
    with pytest.raises(CancelledError):
        first.result()
    assert [second.result(), third.result()] == vit.classify(images[1:3])


def test_a_batch_does_not_wait_for_the_delay_when_it_is_full(vit: vitscale.ViT, images: list[bytes]) -> None:
    with vitscale.DynamicBatcher(vit, max_batch_size=3, max_queue_delay=LONG) as batcher:
        assert [batcher.submit(image) for image in images[:3]][2].result(60) == vit.classify(images[2])
        assert batcher.metrics()["mean_batch_size"] == 3


def test_under_overload_each_request_of_many_threads_has_one_outcome(
    vit: vitscale.ViT, images: list[bytes]
) -> None:
    expected = vit.classify(images)

    def outcome(place: int, future: Future[object]) -> str:
        try:
            return "right" if future.result(60) == expected[place] else "wrong"
        except QueueFullError:
            return "rejected"

    def user(number: int) -> list[str]:
        places = [(number + step) % len(images) for step in range(40)]
        futures = [batcher.submit(images[place]) for place in places]
        return [outcome(place, future) for place, future in zip(places, futures, strict=True)]

    with vitscale.DynamicBatcher(vit, max_queue_size=8) as batcher, ThreadPoolExecutor(8) as users:
        direct = users.submit(lambda: vit.classify(images * 3))  # the same model, beside the queue
        outcomes = [one for many in users.map(user, range(8)) for one in many]
        assert direct.result() == expected * 3
        metrics = batcher.metrics()
    assert set(outcomes) == {"right", "rejected"}
    assert metrics["completed"] == outcomes.count("right")
    assert metrics["rejected"] == outcomes.count("rejected")


def test_the_socket_is_on_loopback_and_asks_for_a_token(vit: vitscale.ViT) -> None:
    java = vit._classifier.get().batcher(1, 1, 0.0)
    assert len(java.token()) == 64
    with socket.create_connection(("127.0.0.1", java.port()), timeout=10) as stranger:
        stranger.sendall(b"0" * len(java.token()))
        assert stranger.recv(1) == b""  # hung up on
    with socket.create_connection(("127.0.0.1", java.port()), timeout=1) as client:
        client.sendall(java.token().encode())
        with pytest.raises(TimeoutError):  # the control: it waits for requests
            client.recv(1)
    [listening] = [
        one
        for one in psutil.net_connections("tcp")
        if one.status == "LISTEN" and one.laddr.port == java.port()
    ]
    assert listening.laddr.ip.removeprefix("::ffff:") == "127.0.0.1"
    java.close(-1.0)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", java.port()), timeout=10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_queue_size": 0}, "maxQueueSize is 0"),
        ({"max_batch_size": "many"}, "max_batch_size is 'many'"),
        ({"max_queue_delay": float("nan")}, "max_queue_delay is nan"),
        ({"max_queue_delay": -1}, "maxQueueDelay is PT-1S"),
    ],
)
def test_wrong_options_are_refused(vit: vitscale.ViT, options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        vitscale.DynamicBatcher(vit, **options)


def test_requests_fail_when_the_jvm_ends(photos: Path) -> None:
    """In a process of its own: the JVM of this one has other users."""
    code = f"""
import vitscale
from pyspark import SparkContext
vit = vitscale.ViT({str(MODEL)!r})
batcher = vitscale.DynamicBatcher(vit, max_batch_size=8, max_queue_delay={LONG})
waiting = batcher.submit({str(next(photos.rglob("*.jpg")))!r})
SparkContext._gateway.proc.kill()
assert isinstance(waiting.exception(30), vitscale.JavaError), waiting.exception()
try:
    batcher.submit(b"another").result(30)
except vitscale.JavaError as error:
    print(batcher.is_open, error)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.startswith("False The connection to the JVM's batcher is closed"), done.stderr
