"""The settings of the service, from environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

_PREFIX = "SERVICE_"


@dataclass(frozen=True)
class Settings:
    """The settings; `SERVICE_MAX_QUEUE_SIZE` sets `max_queue_size`, and so on.

    Attributes
    ----------
    model : str
        Model folder, or a name on the Hugging Face hub.
    precision : str
        ``"fp32"``, ``"bf16"`` or ``"int8"``.
    host, port : str, int
        Address to listen on.
    threads : int
        Cores of one forward pass; 0 for one core a pass, and as many passes as cores.
    max_batch_size : int
        Images of one forward pass.
    max_queue_size : int
        Requests that wait for a forward pass; more get 503.
    max_queue_delay : float
        Seconds that an image waits for others to fill its batch.
    max_image_bytes : int
        Largest image file; a larger one gets 413.
    max_requests : int
        Requests at the same time, also those whose image is still being received; more get 503.
    upload_seconds : float
        Time to receive an image; a slower client gets 408.
    answer_seconds : float
        Time from the image to its labels; later ones get 504.
    drain_seconds : int
        Time for requests in progress after SIGTERM.
    warm_up_images : int
        Images to classify before the first request, so that Java has compiled its code.
    """

    model: str = "models/vit"
    precision: str = "fp32"
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 0
    max_batch_size: int = 2
    max_queue_size: int = 64
    max_queue_delay: float = 0.0
    max_image_bytes: int = 10 * 1024**2
    max_requests: int = 256
    upload_seconds: float = 10.0
    answer_seconds: float = 10.0
    drain_seconds: int = 20
    warm_up_images: int = 32

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings.

        Raises
        ------
        ValueError
            If a number is none.
        """
        given = {}
        for field in fields(cls):
            text = environment.get(f"{_PREFIX}{field.name.upper()}")
            if text is not None:
                given[field.name] = type(field.default)(text)
        return cls(**given)
