"""A fresh process that loads one backend: ``python -m vitscale.bench.worker JOB FOLDER``.

It writes its progress to stderr, line by line, and its results to FOLDER: a run of the results schema,
outputs or stages, as the job requests, or an error. The harness in :mod:`.launcher` starts it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from vitscale.backends.base import Backend, Predictions
from vitscale.backends.process import load_backend
from vitscale.bench.queries import Queries
from vitscale.bench.worker_request import WorkerRequest
from vitscale.errors import VitscaleError
from vitscale.gpu.memory import ran_out
from vitscale.images.image_set import ImageFolder
from vitscale.models.folder import ModelFolder
from vitscale.results.schema import Stages
from vitscale.system.extras import naming_extras

ERROR = "error.json"
OUTPUTS = "outputs.npz"
RUN = "run.json"
STAGES = "stages.json"


def main() -> None:
    """Run the job of the first argument and write its results to the folder of the second."""
    job, folder = WorkerRequest.read(Path(sys.argv[1])), Path(sys.argv[2])
    try:
        with naming_extras("bench"):
            backend = _load(job)
        if "run" in job.wants:
            (folder / RUN).write_text(json.dumps(_measure(job, backend)))
        if "outputs" in job.wants:
            _write_outputs(job, backend, folder / OUTPUTS)
        if "stages" in job.wants:
            (folder / STAGES).write_text(json.dumps(_stages(job, backend)))
        backend.close()
    except VitscaleError as error:
        _write_error(folder, error)
    except Exception as error:
        if job.spec.device == "cpu" or not ran_out(str(error)):
            raise
        _write_error(folder, error)


def _write_error(folder: Path, error: Exception) -> None:
    (folder / ERROR).write_text(json.dumps({"type": type(error).__name__, "message": str(error)}))


def _load(job: WorkerRequest) -> Backend:
    model = ModelFolder.open_for(Path(job.model), job.spec.precision, job.spec.runtime)
    return load_backend(job.spec, model, job.batch_size, job.scenario)


def _measure(job: WorkerRequest, backend: Backend) -> dict[str, Any]:
    """Return a run, with load, first forward pass, warm-up and measurement timed separately."""
    load_seconds = time.time() - psutil.Process(os.getpid()).create_time()
    _say(f"loaded in {load_seconds:.1f} s")
    images = job.images if backend.survives_bad_images else job.decodable
    start = time.perf_counter()
    backend.classify(images.take(job.batch_size))
    first_forward_seconds = time.perf_counter() - start
    iterations = [_iteration(job, "warmup", backend, images.take(job.warmup_images))[0]]
    measured = 0.0
    while len(iterations) <= job.iterations or measured < job.min_seconds:
        iteration, predictions = _iteration(job, "measurement", backend, images)
        iterations.append(iteration)
        measured += iteration["seconds"]
    failed = predictions.failed() if backend.survives_bad_images else list(job.undecodable)
    use, runtime = backend.device_use(), backend.runtime()
    return {
        **({} if use is None else {"device": use}),
        **({} if runtime is None else {"runtime": runtime}),
        "load_seconds": load_seconds,
        "first_forward_seconds": first_forward_seconds,
        "peak_memory_bytes": 0,  # the harness fills it in: it samples the whole process tree
        "cpu_seconds": 0,
        "iterations": iterations,
        "ledger": {
            "files": len(job.files),
            "predicted": predictions.count(),
            "failed": [vars(one) for one in failed],
        },
    }


def _iteration(
    job: WorkerRequest, phase: str, backend: Backend, images: ImageFolder
) -> tuple[dict[str, Any], Predictions]:
    start = time.perf_counter()
    predictions = Queries(backend, images) if job.scenario == "single-stream" else backend.classify(images)
    seconds = time.perf_counter() - start
    count = predictions.count()
    _say(f"{phase}: {count} images in {seconds:.1f} s, {count / seconds:.2f} images/s")
    iteration: dict[str, Any] = {"phase": phase, "images": count, "seconds": seconds}
    if isinstance(predictions, Queries):
        iteration["latencies_ms"] = predictions.latencies_ms
    return iteration, predictions


def _write_outputs(job: WorkerRequest, backend: Backend, path: Path) -> None:
    outputs = backend.outputs(job.decodable)
    with path.open("wb") as file:
        np.savez(
            file,
            files=np.array(outputs.files),
            label_ids=np.array(outputs.label_ids, np.int64),
            logits=outputs.logits,
            pixels=outputs.pixels,
        )


def _stages(job: WorkerRequest, backend: Backend) -> Stages:
    """Return the times of the stages, on a backend that has classified a batch before."""
    images = job.decodable.take(job.stage_images)
    backend.classify(images.take(job.batch_size))
    seconds = backend.stages(images)
    count = len(images.files)
    return {
        "backend": job.backend,
        "batch_size": job.batch_size,
        "images": count,
        "ms_per_image": {stage: 1000 * value / count for stage, value in seconds.items()},
    }


def _say(line: str) -> None:
    print(f"vitscale: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
