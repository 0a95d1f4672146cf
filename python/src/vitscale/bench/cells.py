"""Runs one cell of the plan, a backend at a batch size, in a fresh process, and makes its results row."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vitscale.backends.base import Outputs
from vitscale.bench.job import Job
from vitscale.bench.launcher import Finished, run_process
from vitscale.bench.stats import with_figures
from vitscale.errors import VitscaleError
from vitscale.jar import jar_path, spark_jars
from vitscale.java import default_heap, find_java, java_flags

_JVM_BACKENDS = frozenset({"spark-nlp", "vitscale"})

Report = Callable[[str], None]


def needs_java(job: Job) -> bool:
    """Tell whether a job starts a JVM, natively or over py4j."""
    return job.spec.name in _JVM_BACKENDS


def measure(job: Job, report: Report) -> dict[str, Any]:
    """Return the benchmark row of a job; what fails is a row with an error.

    Parameters
    ----------
    job : Job
        What to measure.
    report : callable
        Told each line of progress.
    """
    with tempfile.TemporaryDirectory(prefix="vitscale-cell-") as folder:
        native = needs_java(job) and job.spec["bridge"] == "native"
        runs, error = (_run_native if native else _run_worker)(job, Path(folder), report)
    row = {
        "backend": job.spec.name,
        "options": dict(job.spec.options),
        "batch_size": job.batch_size,
        "device": "cpu",
        "runs": runs,
        "samples_per_sec": None,
        "step_time_ms": None,
        "error": error,
    }
    return with_figures(row)


def outputs(job: Job, report: Report) -> Outputs:
    """Return pixels and logits of a backend, made in a process of its own.

    Raises
    ------
    VitscaleError
        If the process fails.
    """
    with tempfile.TemporaryDirectory(prefix="vitscale-cell-") as folder:
        answer = Path(folder) / "outputs.npz"
        finished = _start_worker(job.to(task="outputs"), answer, report)
        if not answer.exists():
            raise VitscaleError(f"{job.backend} gave no outputs to compare: {finished.reason}")
        if answer.read_bytes()[:1] == b"{":
            raise VitscaleError(f"{job.backend}: {json.loads(answer.read_text())['error']['message']}")
        arrays = np.load(answer, allow_pickle=False)
        return Outputs(
            files=tuple(arrays["files"].tolist()),
            labels=tuple(arrays["labels"].tolist()),
            logits=arrays["logits"],
            pixels=arrays["pixels"],
        )


def _run_worker(job: Job, folder: Path, report: Report) -> tuple[list[Any], dict[str, str] | None]:
    answer = folder / "run.json"
    finished = _start_worker(job, answer, report)
    if not answer.exists():
        return [], _process_error(finished)
    run = json.loads(answer.read_text())
    return ([], run["error"]) if "error" in run else ([_with_usage(run, finished)], None)


def _start_worker(job: Job, answer: Path, report: Report) -> Finished:
    description = answer.parent / "job.json"
    job.save(description)
    return run_process([sys.executable, "-m", "vitscale.bench.worker", str(description), str(answer)], report)


def _run_native(job: Job, folder: Path, report: Report) -> tuple[list[Any], dict[str, str] | None]:
    answer = folder / "results.json"
    finished = run_process(_native_command(job, answer), report)
    if not answer.exists():
        return [], _process_error(finished)
    benchmark = json.loads(answer.read_text())["benchmarks"][0]
    return [_with_usage(run, finished) for run in benchmark["runs"]], benchmark["error"]


def _native_command(job: Job, answer: Path) -> list[str]:
    spec = job.spec
    command = [
        str(find_java().executable),
        f"-Xmx{default_heap()}",
        *java_flags(),
        "-cp",
        f"{jar_path()}:{spark_jars()}/*",
        "vitscale.bench.BenchmarkMain",
        *("--backend", spec.name),
        *("--images", job.root),
        *("--model", job.model),
        *("--precision", str(spec["precision"])),
        *("--batch-size", str(job.batch_size)),
        *("--iterations", str(job.iterations)),
        *("--warmup-images", str(job.warmup_images)),
        *("--output", str(answer)),
    ]
    if spec.options.get("spark"):
        command.append("--spark")
    if "action" in spec.options:
        command += ["--action", str(spec["action"])]
    if spec["threads"]:
        command += ["--threads", str(spec["threads"])]
    if not job.is_whole:
        command += ["--limit", str(len(job.files))]
    return command


def _with_usage(run: dict[str, Any], finished: Finished) -> dict[str, Any]:
    """Take memory and processor time from outside, so that all backends are measured in the same way."""
    return {
        **run,
        "peak_memory_bytes": finished.peak_memory_bytes,
        "cpu_seconds": finished.cpu_seconds,
    }


def _process_error(finished: Finished) -> dict[str, str]:
    return {"type": "ProcessError", "message": finished.reason}
