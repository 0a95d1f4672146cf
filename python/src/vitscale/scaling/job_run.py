"""One run of ``vitscale classify`` on a cluster, taken apart by Spark's own notes."""

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
"""Executors have all processors of the machine, so watching takes from them; nobody watches the control."""


@dataclass(frozen=True)
class JobRun:
    """What one run took; seconds unless the name says otherwise.

    Attributes
    ----------
    executors : int
        With one core each.
    images : int
        Classified; none failed.
    job_seconds : float
        From the first task to the last commit, as the job's own ledger says.
    wall_seconds : float
        Of the whole command.
    start : float
        From the command to its first image, opening the model left out: starting Spark and the executors,
        looking at the model, listing the files.
    executor_ready : float
        Until all executors have opened the model: copied the jar, loaded its classes, loaded the weights.
    finish : float
        From the last task to the end of the command.
    task_seconds : float
        The executors' own work on all images together.
    task_overhead : float
        Of one task beside its work, sending, unpacking and the pause before it: median, each executor's first
        task left out.
    task_rates : list of float
        Seconds an image of each task; known with one executor only, else empty.
    tasks : int
        Tasks that classified images.
    peak_memory_bytes : int
        Largest resident memory of the driver.
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

    @property
    def rate(self) -> float:
        """Images per second, from the first task to the last commit."""
        return self.images / self.job_seconds

    def to_json(self) -> dict[str, Any]:
        """Return it as the results file has it."""
        return asdict(self)


def run_job(
    cluster: Cluster,
    executors: int,
    options: Sequence[str],
    report: Callable[[str], None],
    settings: Sequence[str] = (),
) -> JobRun:
    """Run the job once, into a folder that is deleted afterwards.

    Parameters
    ----------
    cluster : Cluster
        Workers of one core each, as many as executors at least.
    executors : int
        Executors of one core.
    options : sequence of str
        ``--images``, ``--model`` and more of ``vitscale classify``.
    report : callable
        Told each line of progress.
    settings : sequence of str
        Further Spark settings, each ``KEY=VALUE``.

    Raises
    ------
    VitscaleError
        If the job fails or an image does.
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
        done = json.loads(ledger_file.read_text())["this_run"]
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
        )


def _task_rates(timeline: Timeline, output: Path) -> list[float]:
    """Return seconds an image of each task of one core, by the times at which its images were done."""
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
