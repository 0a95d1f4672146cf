"""What Spark itself noted of an application: when executors came, and when each task ran.

The format is that of ``spark.eventLog.enabled`` (org.apache.spark.util.JsonProtocol): one JSON object a line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from vitscale.errors import ResultsError


@dataclass(frozen=True)
class Task:
    """One task that succeeded; times in seconds since 1970.

    Attributes
    ----------
    stage : int
        Number of its stage.
    executor : str
        Who ran it.
    launched, finished : float
        As the driver saw it.
    run_seconds : float
        Of its own work, as the executor measured it.
    """

    stage: int
    executor: str
    launched: float
    finished: float
    run_seconds: float

    @property
    def seconds(self) -> float:
        """From its launch to its end."""
        return self.finished - self.launched


@dataclass(frozen=True)
class Timeline:
    """What happened when; times in seconds since 1970.

    Attributes
    ----------
    executors : dict of str to float
        Executor -> when it was there.
    tasks : tuple of Task
        In the order in which they were launched.
    """

    executors: dict[str, float]
    tasks: tuple[Task, ...]

    @property
    def warm_up(self) -> Task:
        """The first task, which opens the model and does nothing else."""
        return self.tasks[0]

    @property
    def classifying(self) -> tuple[Task, ...]:
        """The tasks that classify images."""
        return tuple(task for task in self.tasks if task.stage != self.warm_up.stage)

    def overheads(self) -> list[float]:
        """Return seconds from the end of a task to that of the next on its core, without the latter's work.

        Every executor has one core. Its first task is left out: it fetches the jar and opens the model.
        """
        return [
            max(0.0, task.finished - before.finished - task.run_seconds)
            for executor in self.executors
            for before, task in pairwise(task for task in self.classifying if task.executor == executor)
        ]


def read_event_log(folder: Path) -> Timeline:
    """Read the log of the one application that wrote into a folder.

    Raises
    ------
    ResultsError
        If there is not exactly one, or it holds no task.
    """
    logs = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    if len(logs) != 1:
        raise ResultsError(f"{folder} holds {len(logs)} event logs of Spark, expected one.")
    events = [json.loads(line) for line in logs[0].read_text().splitlines()]
    executors = {
        event["Executor ID"]: event["Timestamp"] / 1000
        for event in events
        if event["Event"] == "SparkListenerExecutorAdded"
    }
    tasks = [_task(event) for event in events if _is_success(event)]
    if not tasks:
        raise ResultsError(f"{logs[0]} tells of no task that succeeded; the job failed before.")
    return Timeline(executors, tuple(sorted(tasks, key=lambda task: task.launched)))


def _is_success(event: dict[str, Any]) -> bool:
    return bool(
        event["Event"] == "SparkListenerTaskEnd" and event["Task End Reason"].get("Reason") == "Success"
    )


def _task(event: dict[str, Any]) -> Task:
    info, metrics = event["Task Info"], event["Task Metrics"]
    return Task(
        stage=event["Stage ID"],
        executor=info["Executor ID"],
        launched=info["Launch Time"] / 1000,
        finished=info["Finish Time"] / 1000,
        run_seconds=metrics["Executor Run Time"] / 1000,
    )
