"""One run of ``vitscale classify`` on a cluster, split into parts by Spark's event log."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from vitscale.bench.launcher import run_process
from vitscale.cluster import Cluster
from vitscale.errors import VitscaleError
from vitscale.scaling.event_log import Timeline, read_event_log

_SAMPLE_SECONDS = 2.0
"""Interval of the samples; long, since sampling uses the cores of the executors, and the control has none."""


@dataclass(frozen=True)
class JobRun:
    """One run; times in seconds unless the name has another unit.

    Attributes
    ----------
    executors : int
        Executors with one core each.
    images : int
        Classified images; none failed.
    job_seconds : float
        From the first task to the last commit, by the job's ledger.
    wall_seconds : float
        Time of the whole command.
    start : float
        From the command to its first image, without loading the model: starting Spark and the executors,
        checking the model, listing the files.
    executor_ready : float
        Until all executors have loaded the model: copying the jar, loading its classes and the weights.
    finish : float
        From the last task to the end of the command.
    task_seconds : float
        The executors' own work on all images together.
    task_overhead : float
        Overhead of one task, sending, unpacking and the pause before it: median, without each executor's
        first task.
    task_rates : list of float
        Seconds an image of each task, with one executor; else empty.
    tasks : int
        Tasks that classified images.
    peak_memory_bytes : int
        Largest resident memory of the driver.
    runtime : str or None
        What computed the forward pass, by the job's ledger; None in results that do not say it.
    """

    executors: int
    images: int
    job_seconds: float
    wall_seconds: float
    start: float
    executor_ready: float
    finish: float
    task_seconds: float
    task_overhead: float
    task_rates: list[float]
    tasks: int
    peak_memory_bytes: int
    runtime: str | None = None

    @property
    def rate(self) -> float:
        """Images per second, from the first task to the last commit."""
        return self.images / self.job_seconds

    def to_json(self) -> dict[str, Any]:
        """Return it in the form of the results file."""
        return asdict(self)


def run_job(
    cluster: Cluster,
    executors: int,
    options: Sequence[str],
    report: Callable[[str], None],
    settings: Sequence[str] = (),
) -> JobRun:
    """Run the job once, with a temporary output folder.

    Parameters
    ----------
    cluster : Cluster
        Workers of one core each, at least as many as executors.
    executors : int
        Executors of one core.
    options : sequence of str
        Options of ``vitscale classify``: ``--images``, ``--model`` and more.
    report : callable
        Receives each line of progress.
    settings : sequence of str
        Further Spark settings, each ``KEY=VALUE``.

    Raises
    ------
    VitscaleError
        If the job or an image fails.
    """
    with TemporaryDirectory(prefix="vitscale-scaling-") as name:
        output, events, ledger_file = (Path(name) / part for part in ("output", "events", "ledger.json"))
        events.mkdir()
        spark = [f"spark.cores.max={executors}", "spark.executor.cores=1", *settings]
        spark += ["spark.eventLog.enabled=true", f"spark.eventLog.dir={events.as_uri()}"]
        command = [sys.executable, "-m", "vitscale", "classify", *options]
        command += ["--master", cluster.master, "--output", str(output), "--format", "jsonl"]
        command += ["--json", str(ledger_file), *(part for one in spark for part in ("--conf", one))]
        started = time.time()
        finished = run_process(command, report, cluster.environment, sample_seconds=_SAMPLE_SECONDS)
        ended = time.time()
        if finished.exit_code != 0:
            raise VitscaleError(f"The job on {executors} executors failed: {finished.reason}")
        timeline = read_event_log(events)
        ledger = json.loads(ledger_file.read_text())
        done = ledger["this_run"]
        tasks = timeline.classifying
        return JobRun(
            executors=executors,
            images=done["predicted"],
            job_seconds=done["seconds"],
            wall_seconds=finished.wall_seconds,
            start=tasks[0].launched - started - timeline.opening_seconds,
            executor_ready=timeline.opening_seconds,
            finish=ended - max(task.finished for task in tasks),
            task_seconds=sum(task.run_seconds for task in tasks),
            task_overhead=median(timeline.overheads() or [0.0]),
            task_rates=_task_rates(timeline, output) if executors == 1 else [],
            tasks=len(tasks),
            peak_memory_bytes=finished.peak_memory_bytes,
            runtime=ledger["model"]["runtime"],
        )


def _task_rates(timeline: Timeline, output: Path) -> list[float]:
    """Return the seconds an image of each task of one core, from the times of its rows."""
    rows = [
        json.loads(line)
        for file in sorted((output / "predictions").rglob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]
    times = [datetime.fromisoformat(row["time"]).timestamp() for row in rows]
    rates = []
    for task in timeline.classifying:
        images = sum(task.launched <= time_ <= task.finished for time_ in times)
        if images:
            rates.append(task.run_seconds / images)
    return rates
