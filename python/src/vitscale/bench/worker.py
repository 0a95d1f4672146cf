"""A fresh process that loads one backend and measures it: ``python -m vitscale.bench.worker JOB OUTPUT``.

It says what it does on stderr, a line at a time, and leaves its answer in OUTPUT: a run of the results schema
as JSON, or the outputs as ``.npz``. The harness in :mod:`.launcher` starts it.
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

from vitscale.backends.base import Backend, Predictions, load_backend
from vitscale.bench.job import Job
from vitscale.errors import VitscaleError
from vitscale.images import ImageFolder
from vitscale.models.folder import ModelFolder


def main() -> None:
    """Do the job of the first argument and leave the answer at the second."""
    job, output = Job.read(Path(sys.argv[1])), Path(sys.argv[2])
    try:
        if job.task == "benchmark":
            output.write_text(json.dumps(_measure(job)))
        else:
            _write_outputs(job, output)
    except VitscaleError as error:
        output.write_text(json.dumps({"error": {"type": type(error).__name__, "message": str(error)}}))


def _measure(job: Job) -> dict[str, Any]:
    """Return a run: load, first forward, warm-up and measurement told apart."""
    backend = _load(job)
    load_seconds = time.time() - psutil.Process(os.getpid()).create_time()
    _say(f"loaded in {load_seconds:.1f} s")
    images = job.images if backend.survives_bad_images else job.decodable
    first_forward_seconds, _ = _timed(backend, images.take(job.batch_size))
    iterations = [_iteration("warmup", backend, images.take(job.warmup_images))[0]]
    for _ in range(job.iterations):
        iteration, predictions = _iteration("measurement", backend, images)
        iterations.append(iteration)
    failed = predictions.failed() if backend.survives_bad_images else list(job.undecodable)
    run = {
        "load_seconds": load_seconds,
        "first_forward_seconds": first_forward_seconds,
        "peak_memory_bytes": 0,  # known to the harness, which watches the whole process tree
        "cpu_seconds": 0,
        "iterations": iterations,
        "ledger": {
            "files": len(job.files),
            "predicted": predictions.count(),
            "failed": [vars(one) for one in failed],
        },
    }
    backend.close()
    return run


def _write_outputs(job: Job, output: Path) -> None:
    backend = _load(job)
    outputs = backend.outputs(job.decodable)
    with output.open("wb") as file:
        np.savez(
            file,
            files=np.array(outputs.files),
            labels=np.array(outputs.labels),
            logits=outputs.logits,
            pixels=outputs.pixels,
        )
    backend.close()


def _load(job: Job) -> Backend:
    spec = job.spec
    precision = spec.options.get("precision", "fp32")
    return load_backend(spec, ModelFolder.open(Path(job.model), str(precision)), job.batch_size)


def _iteration(phase: str, backend: Backend, images: ImageFolder) -> tuple[dict[str, Any], Predictions]:
    seconds, predictions = _timed(backend, images)
    count = predictions.count()
    _say(f"{phase}: {count} images in {seconds:.1f} s, {count / seconds:.2f} images/s")
    return {"phase": phase, "images": count, "seconds": seconds}, predictions


def _timed(backend: Backend, images: ImageFolder) -> tuple[float, Predictions]:
    start = time.perf_counter()
    predictions = backend.classify(images)
    return time.perf_counter() - start, predictions


def _say(line: str) -> None:
    print(f"vitscale: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
