"""A service that classifies images, with FastAPI over ``vitscale.DynamicBatcher``.

Start it with ``SERVICE_MODEL=models/vit python examples/service_fastapi/main.py``.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import numpy as np
import uvicorn
import vitscale
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from PIL import Image
from request_limits import RETRY_AFTER, ConcurrencyLimit, image_of
from settings import Settings

_CLASSIFY = "/classify"
_CLIENT_CLOSED_REQUEST = 499  # nginx's status for its log; nobody receives it


def create_app(settings: Settings) -> FastAPI:
    """Return the application; it opens the model when the server starts."""
    app = FastAPI(title="ViTScale", lifespan=_opened(settings))
    app.state.settings = settings
    app.add_middleware(
        ConcurrencyLimit,
        path=_CLASSIFY,
        max_requests=settings.max_requests,
        upload_seconds=settings.upload_seconds,
    )
    app.add_api_route(_CLASSIFY, classify, methods=["POST"])
    app.add_api_route("/live", live)
    app.add_api_route("/ready", live)
    app.add_api_route("/metrics", metrics)
    for error, status in _STATUS.items():
        app.add_exception_handler(error, _answer(status))
    return app


async def classify(request: Request, top_k: Annotated[int, Query(ge=1)] = 5) -> Any:
    """Classify the image in the body, or in the file ``image`` of a form."""
    settings: Settings = request.app.state.settings
    image = await image_of(request, settings.max_image_bytes, settings.upload_seconds)
    labels = asyncio.ensure_future(request.app.state.batcher.classify_async(image, top_k))
    gone = asyncio.ensure_future(request.receive())  # after the body, only the client's end comes
    tasks = {labels, gone}
    try:
        await asyncio.wait(tasks, timeout=settings.answer_seconds, return_when=asyncio.FIRST_COMPLETED)
        if labels.done():
            return {"labels": await labels}
        if gone.done():
            return Response(status_code=_CLIENT_CLOSED_REQUEST)
        raise HTTPException(504, f"There is no answer within {settings.answer_seconds:g} seconds.")
    finally:
        for task in tasks:
            task.cancel()  # a request that nobody awaits leaves the queue


async def live(request: Request) -> Response:
    """Tell whether the JVM runs and takes requests; an orchestrator restarts the service if not."""
    is_open = request.app.state.batcher.is_open
    return PlainTextResponse("ok\n" if is_open else "the JVM ended\n", 200 if is_open else 503)


def metrics(request: Request) -> Response:
    """Return the metrics of the queue for Prometheus."""
    text = request.app.state.batcher.prometheus_text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


_STATUS = {
    vitscale.ImageError: 422,
    vitscale.QueueFullError: 503,
    vitscale.BatcherClosedError: 503,
    vitscale.VitscaleError: 500,
}


def _answer(status: int) -> Any:
    headers = RETRY_AFTER if status == 503 else None  # noqa: PLR2004

    async def answer(_: Request, error: Exception) -> Response:
        return JSONResponse({"detail": str(error)}, status, headers)

    return answer


def _opened(settings: Settings) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with (
            vitscale.ViT(settings.model, settings.precision, threads=settings.threads or None) as vit,
            vitscale.DynamicBatcher(
                vit,
                max_batch_size=settings.max_batch_size,
                max_queue_size=settings.max_queue_size,
                max_queue_delay=settings.max_queue_delay,
            ) as batcher,
        ):
            vit.classify([_photo(seed) for seed in range(settings.warm_up_images)])
            app.state.batcher = batcher
            yield  # uvicorn has answered all requests when it returns here

    return lifespan


def _photo(seed: int) -> bytes:
    """Return a JPEG for the warm-up."""
    pixels = np.random.default_rng(seed).integers(0, 256, (375, 500, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


if __name__ == "__main__":
    given = Settings.from_environment()
    uvicorn.run(
        create_app(given),
        host=given.host,
        port=given.port,
        access_log=False,
        limit_concurrency=4 * given.max_requests,  # connections, also those that send nothing
        timeout_graceful_shutdown=given.drain_seconds,
    )
