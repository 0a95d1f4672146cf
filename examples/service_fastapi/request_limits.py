"""Limits of requests: how many at the same time, how large, and how slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

RETRY_AFTER = {"Retry-After": "1"}

_DISCARDED_BYTES = 64 * 1024**2
"""Rest of a refused body that is read, so that the client gets the answer, not a reset connection."""


class ConcurrencyLimit:
    """Middleware that answers 503 if too many requests are in progress.

    It bounds the memory: `max_requests` times the largest image.

    Parameters
    ----------
    app : ASGI application
    path : str
        Path of the limited endpoint. The others (health, metrics) always answer.
    max_requests : int
        Requests at the same time.
    upload_seconds : float
        Time to receive the body of a refused request.
    """

    def __init__(self, app: ASGIApp, *, path: str, max_requests: int, upload_seconds: float) -> None:
        self._app = app
        self._path = path
        self._max_requests = max_requests
        self._upload_seconds = upload_seconds
        self._active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
        elif self._active >= self._max_requests:
            await discard(Request(scope, receive).stream(), self._upload_seconds)
            detail = f"{self._active} requests are in progress; the limit is {self._max_requests}."
            await JSONResponse({"detail": detail}, 503, RETRY_AFTER)(scope, receive, send)
        else:
            self._active += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._active -= 1


async def image_of(request: Request, max_bytes: int, seconds: float) -> bytes:
    """Return the image of a request: its body, or the file ``image`` of a form.

    Parameters
    ----------
    request : Request
    max_bytes : int
        Largest body.
    seconds : float
        Time to receive it.

    Raises
    ------
    HTTPException
        413 if the body is too large, 408 if it is too slow, 422 if the form has no image.
    """
    body = await _body(request, max_bytes, seconds)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return body

    async def whole_body() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async with Request(request.scope, whole_body).form() as form:
        image = form.get("image")
        if image is None or isinstance(image, str):
            raise HTTPException(422, "The form has no file named 'image'.")
        return await image.read()


async def discard(stream: AsyncIterator[bytes], seconds: float) -> None:
    """Read and drop the rest of a body, within limits of size and time."""
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in stream:
                size += len(chunk)
                if size > _DISCARDED_BYTES:
                    return
    except TimeoutError:
        return


async def _body(request: Request, max_bytes: int, seconds: float) -> bytes:
    chunks, size, stream = [], 0, request.stream()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in stream:
                size += len(chunk)
                if size > max_bytes:
                    break
                chunks.append(chunk)
    except TimeoutError:
        raise HTTPException(408, f"The image was not received within {seconds:g} seconds.") from None
    if size > max_bytes:
        chunks.clear()
        await discard(stream, seconds)
        raise HTTPException(413, f"The image is larger than {max_bytes:,} bytes.")
    return b"".join(chunks)
