"""Runs one cell of the plan, a backend at a batch size, in a fresh process."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from vitscale.backends.base import Outputs
from vitscale.backends.definition import JvmCommand
from vitscale.backends.process import environment_of, is_native
from vitscale.backends.registry import definition_of
from vitscale.bench.launcher import Finished, run_process
from vitscale.bench.worker import ERROR, OUTPUTS, RUN, STAGES
from vitscale.bench.worker_request import WorkerRequest
from vitscale.errors import GpuError, VitscaleError
from vitscale.gpu.attestation import attest
from vitscale.gpu.nvml import Nvml
from vitscale.gpu.sampling import GpuWatch
from vitscale.jvm.launch import Launch, launch
from vitscale.jvm.paths import from_jvm_name, jvm_name, jvm_path
from vitscale.jvm.settings import DriverSettings
from vitscale.results.schema import BenchmarkError, Failure, Run, Stages

Progress = Callable[[str], None]
Beside = Callable[[frozenset[int]], None]
Measured = tuple[Run | None, BenchmarkError | None]


@dataclass(frozen=True)
class Inspection:
    """Results of a backend besides its speed: pixels and logits, and the times of its stages."""

    outputs: Outputs | None
    stages: Stages | None


def measure(job: WorkerRequest, report: Progress) -> Measured:
    """Return the measurement of one process, or the reason why it failed.

    Parameters
    ----------
    job : WorkerRequest
        The measurement.
    report : callable
        Receives each line of progress.
    """
    if job.spec.device == "cpu":
        return _measure(job, report)
    try:
        with Nvml() as nvml:
            watch = GpuWatch(nvml)
            run, error = _measure(job, watch.listening(report), watch.sample)
        return (None, error) if run is None else (_attested(job, run, watch), None)
    except GpuError as reason:
        return None, {"type": type(reason).__name__, "message": str(reason)}


def _measure(job: WorkerRequest, report: Progress, beside: Beside | None = None) -> Measured:
    with tempfile.TemporaryDirectory(prefix="vitscale-cell-") as folder:
        start = _run_native if is_native(job.spec) else _run_worker
        run, error = start(job, Path(folder), report, beside)
        return None if run is None else _with_problems(job, run), error


def _attested(job: WorkerRequest, run: Run, watch: GpuWatch) -> Run:
    """Add the samples of the GPUs to a run.

    Raises
    ------
    GpuError
        If the samples do not show the work of this run.
    """
    providers = run["device"]["providers"] if "device" in run else {}
    return {**run, "gpus": attest(watch.record, providers, job.spec.gpus)}


def inspect(job: WorkerRequest, report: Progress) -> Inspection:
    """Return outputs or stages of a backend, as the job requests, from its own process.

    Raises
    ------
    VitscaleError
        If the process fails.
    """
    with tempfile.TemporaryDirectory(prefix="vitscale-cell-") as name:
        folder = Path(name)
        finished = _start_worker(job, folder, report)
        if (folder / ERROR).exists():
            raise VitscaleError(f"{job.backend}: {json.loads((folder / ERROR).read_text())['message']}")
        if finished.exit_code:
            raise VitscaleError(f"{job.backend} wrote no result: {finished.reason}")
        stages = json.loads((folder / STAGES).read_text()) if "stages" in job.wants else None
        return Inspection(_outputs(folder / OUTPUTS) if "outputs" in job.wants else None, stages)


def _outputs(path: Path) -> Outputs:
    arrays = np.load(path, allow_pickle=False)
    return Outputs(
        files=tuple(arrays["files"].tolist()),
        label_ids=tuple(arrays["label_ids"].tolist()),
        logits=arrays["logits"],
        pixels=arrays["pixels"],
    )


def _with_problems(job: WorkerRequest, run: Run) -> Run:
    """Add the files that could not be listed to the failed images of a run."""
    if not job.problems:
        return run
    ledger = run["ledger"]
    known = {one["file"] for one in ledger["failed"]}
    missing: list[Failure] = [
        {"file": one.file, "reason": one.reason} for one in job.problems if one.file not in known
    ]
    files, failed = ledger["files"] + len(missing), [*ledger["failed"], *missing]
    return {**run, "ledger": {**ledger, "files": files, "failed": failed}}


def _run_worker(job: WorkerRequest, folder: Path, report: Progress, beside: Beside | None) -> Measured:
    finished = _start_worker(job, folder, report, beside)
    if (folder / ERROR).exists():
        return None, json.loads((folder / ERROR).read_text())
    if finished.exit_code or not (folder / RUN).exists():
        return None, _process_error(finished)
    return _with_usage(json.loads((folder / RUN).read_text()), finished), None


def _start_worker(
    job: WorkerRequest, folder: Path, report: Progress, beside: Beside | None = None
) -> Finished:
    description = folder / "job.json"
    job.save(description)
    command = [sys.executable, "-m", "vitscale.bench.worker", str(description), str(folder)]
    return run_process(command, report, environment_of(job.spec), beside)


def _run_native(job: WorkerRequest, folder: Path, report: Progress, beside: Beside | None) -> Measured:
    answer = folder / "results.json"
    jvm = _native(job, answer)
    finished = run_process(jvm.command, report, {**jvm.environment, **environment_of(job.spec)}, beside)
    if not answer.exists():
        return None, _process_error(finished)
    benchmark = json.loads(answer.read_text())["benchmarks"][0]
    for run in benchmark["runs"]:
        for failed in run["ledger"]["failed"]:
            failed["file"] = from_jvm_name(failed["file"], job.root)
    measured = _with_usage(benchmark["runs"][0], finished) if benchmark["runs"] else None
    return measured, benchmark["error"]


def _command(job: WorkerRequest) -> JvmCommand:
    of = definition_of(job.spec).command
    assert of is not None  # a native backend has one
    return of(job.spec)


def _native(job: WorkerRequest, answer: Path) -> Launch:
    command = _command(job)
    arguments = [
        *command.arguments,
        *("--images", jvm_path(job.root)),
        *("--model", job.model),
        *("--batch-size", str(job.batch_size)),
        *("--iterations", str(job.iterations)),
        *("--min-seconds", str(job.min_seconds)),
        *("--warmup-images", str(job.warmup_images)),
        *("--scenario", job.scenario),
        *("--output", str(answer)),
    ]
    if not job.is_whole:
        named = answer.with_name("files")
        named.write_text("\0".join(jvm_name(file, job.root) for file in job.files), encoding="utf-8")
        arguments += ["--files", str(named)]
    driver = DriverSettings(class_path=command.class_path)
    return launch("vitscale.bench.BenchmarkMain", arguments, driver=driver)


def _with_usage(run: dict[str, Any], finished: Finished) -> Run:
    """Add memory and CPU time as the harness measures them, in the same way for all backends."""
    usage = {
        "wall_seconds": finished.wall_seconds,
        "other_cpu_seconds": finished.other_cpu_seconds,
        "peak_memory_bytes": finished.peak_memory_bytes,
        "cpu_seconds": finished.cpu_seconds,
    }
    return cast(Run, {**run, **usage})


def _process_error(finished: Finished) -> BenchmarkError:
    return {"type": "ProcessError", "message": finished.reason}
