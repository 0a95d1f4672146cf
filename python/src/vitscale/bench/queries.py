"""Single-stream: each query starts when the one before is finished."""

from __future__ import annotations

import time

from vitscale.backends.base import Backend
from vitscale.images.image_set import FailedImage, ImageFolder


class Queries:
    """One iteration of queries, and its outcome.

    Parameters
    ----------
    backend : Backend
        The backend.
    images : ImageFolder
        The images, in the order of the queries.

    Attributes
    ----------
    latencies_ms : list of float
        Milliseconds of each query that got a prediction, in order.
    """

    def __init__(self, backend: Backend, images: ImageFolder) -> None:
        self.latencies_ms: list[float] = []
        self._failed: list[FailedImage] = []
        for file, path in zip(images.files, images.paths, strict=True):
            start = time.perf_counter()
            reason = backend.query(path)
            milliseconds = 1000 * (time.perf_counter() - start)
            if reason is None:
                self.latencies_ms.append(milliseconds)
            else:
                self._failed.append(FailedImage(file, reason))

    def count(self) -> int:
        """Return the number of images that got a prediction."""
        return len(self.latencies_ms)

    def failed(self) -> list[FailedImage]:
        """Return the images without a prediction."""
        return self._failed
