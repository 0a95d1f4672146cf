"""The baseline of `service.py`: Hugging Face's pipeline in FastAPI, as its users write it.

The variable ``BASELINE`` chooses how requests reach the pipeline: ``threads`` calls it in FastAPI's thread
pool, an image a call; ``batches`` has one loop that takes what waits, as in Transformers' guide "Using
pipelines for a webserver" (https://huggingface.co/docs/transformers/pipeline_webserver).
"""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Request
from PIL import Image
from starlette.concurrency import run_in_threadpool
from transformers import pipeline

_BATCH_SIZE = 8
_TOP_K = 5


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]


def in_threads(classifier: Any) -> FastAPI:
    """Return an application whose requests call the pipeline, each in a thread of its own."""
    app = FastAPI()

    @app.post("/classify")
    def classify(body: Body) -> Any:
        return {"labels": classifier(_image(body), top_k=_TOP_K)}

    return app


def in_batches(classifier: Any) -> FastAPI:
    """Return an application that merges the requests that wait into batches of one loop."""
    waiting: asyncio.Queue[tuple[bytes, asyncio.Future[Any]]] = asyncio.Queue()

    async def work() -> None:
        while True:
            batch = [await waiting.get()]
            while len(batch) < _BATCH_SIZE and not waiting.empty():
                batch.append(waiting.get_nowait())
            images = [_image(body) for body, _ in batch]
            answers = await run_in_threadpool(classifier, images, top_k=_TOP_K, batch_size=len(images))
            for (_, future), answer in zip(batch, answers, strict=True):
                future.set_result(answer)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(work())
        yield
        task.cancel()

    app = FastAPI(lifespan=lifespan)

    @app.post("/classify")
    async def classify(body: Body) -> Any:
        future = asyncio.get_running_loop().create_future()
        await waiting.put((body, future))
        return {"labels": await future}

    return app


def _image(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


if __name__ == "__main__":
    model = pipeline("image-classification", model=os.environ["SERVICE_MODEL"])
    made = {"threads": in_threads, "batches": in_batches}[os.environ["BASELINE"]](model)
    made.add_api_route("/ready", lambda: "ok")
    uvicorn.run(made, port=int(os.environ["SERVICE_PORT"]), access_log=False)
