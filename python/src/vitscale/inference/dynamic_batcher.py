"""A queue over a classifier that merges requests into batches, for services."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Future
from functools import partial
from types import TracebackType
from typing import Any

from vitscale.errors import BatcherClosedError
from vitscale.images.inputs import ImageLike, engine_image
from vitscale.inference.answers import Labels
from vitscale.inference.batcher_client import BatcherClient
from vitscale.inference.vit import ViT
from vitscale.jvm.bridge import java_errors
from vitscale.jvm.fork import PerProcess
from vitscale.system.arguments import number, score, whole_number


class DynamicBatcher:
    """Merge requests of many threads and coroutines into batches of one model.

    The JVM holds the queue, decodes images beside the forward passes, and rejects a request at once if the
    queue is full. The names of the options are those of Triton's dynamic batcher.

    Parameters
    ----------
    vit : ViT
        The model. It stays open when the batcher is closed.
    max_batch_size : int, optional
        Largest number of images in one forward pass; by default the model's `batch_size`.
    max_queue_size : int
        Largest number of requests that wait for a forward pass. It limits the longest wait: a queue of 64 at
        50 images a second is a wait of 1.3 seconds.
    max_queue_delay : float
        Longest time in seconds that a decoded image waits for others to fill its batch. 0 starts a forward
        pass as soon as a core is idle, which is best on a processor.

    Raises
    ------
    UsageError
        If an option has no such value.
    ModelError
        If the model is open no longer.

    Examples
    --------
    >>> import vitscale
    >>> vit = vitscale.ViT("models/vit", "int8")  # doctest: +SKIP
    >>> with vitscale.DynamicBatcher(vit, max_queue_size=64) as batcher:  # doctest: +SKIP
    ...     labels = await batcher.classify_async(content, top_k=5)
    """

    def __init__(
        self,
        vit: ViT,
        *,
        max_batch_size: int | None = None,
        max_queue_size: int = 64,
        max_queue_delay: float = 0.0,
    ) -> None:
        self._opened = PerProcess(
            partial(
                _open,
                vit,
                whole_number("max_batch_size", vit.batch_size if max_batch_size is None else max_batch_size),
                whole_number("max_queue_size", max_queue_size),
                number("max_queue_delay", max_queue_delay),
            )
        )
        self._is_closed = False
        self._opened.get()

    def submit(
        self, image: ImageLike, top_k: int | None = None, *, threshold: float | None = None
    ) -> Future[Labels]:
        """Put an image into the queue.

        Parameters
        ----------
        image : an image
            As for `ViT.classify`. The bytes of a file are sent as they are; other forms are converted in the
            caller's thread.
        top_k : int, optional
            Labels wanted; by default 5, and all with a `threshold`.
        threshold : float, optional
            Smallest score of a label, from 0 to 1.

        Returns
        -------
        concurrent.futures.Future
            Its result is ``[{"label_id": int, "label": str, "score": float}, ...]``, the likeliest first. It
            fails with a `QueueFullError` if the queue is full, an `ImageError` if the image cannot be read,
            a `BatcherClosedError` if the batcher is closed before its turn, a `JavaError` if the JVM ended.
            Its `cancel` removes the request from the queue.

        Raises
        ------
        BatcherClosedError
            If the batcher was closed.
        ImageError
            If the image fails before it is sent.
        UsageError
            If `top_k` is no whole number, the threshold is no score, or `image` is no image.
        """
        client = self._client()
        return client.run(client.classify(engine_image(image), *_checked(top_k, threshold)))

    async def classify_async(
        self, image: ImageLike, top_k: int | None = None, *, threshold: float | None = None
    ) -> Labels:
        """Classify an image without blocking the event loop; cancelling removes the request from the queue.

        Parameters
        ----------
        image : an image
            As for `ViT.classify`. The bytes of a file are sent as they are; other forms are converted in
            another thread.
        top_k, threshold
            As for `submit`.

        Returns
        -------
        list of dict
            ``{"label_id": int, "label": str, "score": float}``, the likeliest first.

        Raises
        ------
        QueueFullError
            If the queue is full.
        ImageError
            If the image cannot be read.
        BatcherClosedError
            If the batcher was closed.
        JavaError
            If the JVM ended.
        UsageError
            As for `submit`.
        """
        asked = _checked(top_k, threshold)
        content = image if isinstance(image, bytes) else await asyncio.to_thread(engine_image, image)
        return await self._client().classify(content, *asked)

    def metrics(self) -> dict[str, float]:
        """Return the counters, the length of the queue, and the mean time of each stage, since the start.

        Returns
        -------
        dict
            ``accepted``, ``rejected``, ``completed``, ``image_errors``, ``failed``, ``cancelled``,
            ``pending``; ``queue_length``, ``queue_limit``; ``batches``, ``mean_batch_size``;
            ``mean_decode_seconds``, ``mean_queue_seconds``, ``mean_forward_seconds``,
            ``mean_request_seconds``.
        """
        with java_errors():
            found: dict[str, float] = json.loads(self._opened.get().java.metrics())
        return found

    def prometheus_text(self) -> str:
        """Return the same numbers, with histograms of the times, in Prometheus' text format."""
        with java_errors():
            return str(self._opened.get().java.prometheusText())

    @property
    def is_open(self) -> bool:
        """Whether requests are accepted: the batcher was not closed, and the JVM runs."""
        return not self._is_closed and self._opened.get().is_alive

    def close(self, timeout: float | None = None) -> bool:
        """Accept no more requests, and wait until the accepted ones have their results.

        Parameters
        ----------
        timeout : float, optional
            Longest wait in seconds; requests that then still wait fail with a `BatcherClosedError`.

        Returns
        -------
        bool
            Whether all accepted requests got their turn.
        """
        was_closed, self._is_closed = self._is_closed, True
        opened = self._opened.made
        return True if was_closed or opened is None else opened.close(timeout)

    def __enter__(self) -> DynamicBatcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _client(self) -> BatcherClient:
        if self._is_closed:
            raise BatcherClosedError("This batcher was closed and accepts no more requests.")
        return self._opened.get()


def _checked(top_k: int | None, threshold: float | None) -> tuple[int | None, float | None]:
    return (
        None if top_k is None else whole_number("top_k", top_k),
        None if threshold is None else score("threshold", threshold),
    )


def _open(vit: ViT, *options: Any) -> BatcherClient:
    """Open the queue in the JVM of this process."""
    return BatcherClient(vit._classifier.get(), *options)
