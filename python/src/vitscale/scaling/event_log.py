"""What Spark itself noted of an application: when each task ran, and where.

The format is that of ``spark.eventLog.enabled`` (org.apache.spark.util.JsonProtocol): one JSON object a line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from vitscale.errors import ResultsError

_OPEN_MODEL = "vitscale: open the model"
_CLASSIFY = "vitscale: classify images"
"""How the job describes its Spark jobs (``vitscale.job.task.JobDescription`` in the jar)."""


@dataclass(frozen=True)
class Task:
    """One task that succeeded; times in seconds since 1970.

    Attributes
    ----------
    description : str
        What its Spark job is for; empty where nobody said so.
    executor : str
        Who ran it.
    launched, finished : float
        As the driver saw it.
    run_seconds : float
        Of its own work, as the executor measured it.
    """

    description: str
    executor: str
    launched: float
    finished: float
    run_seconds: float


@dataclass(frozen=True)
class Timeline:
    """What happened when.

    Attributes
    ----------
    tasks : tuple of Task
        In the order in which they were launched.
    """

    tasks: tuple[Task, ...]

    @property
    def opening_seconds(self) -> float:
        """From the first launch of the tasks that open the model until the last of them has ended."""
        opening = self._described(_OPEN_MODEL)
        return max(task.finished for task in opening) - opening[0].launched

    @property
    def classifying(self) -> tuple[Task, ...]:
        """The tasks that classify images; others open the model before, and count rows afterwards."""
        return self._described(_CLASSIFY)

    def _described(self, description: str) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.description == description)

    def overheads(self) -> list[float]:
        """Return seconds from the end of a task to that of the next on its core, without the latter's work.

        Every executor has one core. Its first task has none before it and is left out.
        """
        return [
            max(0.0, task.finished - before.finished - task.run_seconds)
            for executor in {task.executor for task in self.classifying}
            for before, task in pairwise(task for task in self.classifying if task.executor == executor)
        ]


def read_event_log(folder: Path) -> Timeline:
    """Read the log of the one application that wrote into a folder.

    Raises
    ------
    ResultsError
        If there is not exactly one, or it tells of no task that classified images.
    """
    logs = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    if len(logs) != 1:
        raise ResultsError(f"{folder} holds {len(logs)} event logs of Spark, expected one.")
    events = [json.loads(line) for line in logs[0].read_text().splitlines()]
    descriptions = {
        event["Stage Info"]["Stage ID"]: event.get("Properties", {}).get("spark.job.description", "")
        for event in events
        if event["Event"] == "SparkListenerStageSubmitted"
    }
    tasks = [_task(event, descriptions) for event in events if _is_success(event)]
    timeline = Timeline(tuple(sorted(tasks, key=lambda task: task.launched)))
    if not timeline.classifying:
        raise ResultsError(f"{logs[0]} tells of no task that classified images; the job failed before.")
    return timeline


def _is_success(event: dict[str, Any]) -> bool:
    return bool(
        event["Event"] == "SparkListenerTaskEnd" and event["Task End Reason"].get("Reason") == "Success"
    )


def _task(event: dict[str, Any], descriptions: dict[int, str]) -> Task:
    info, metrics = event["Task Info"], event["Task Metrics"]
    return Task(
        description=descriptions[event["Stage ID"]],
        executor=info["Executor ID"],
        launched=info["Launch Time"] / 1000,
        finished=info["Finish Time"] / 1000,
        run_seconds=metrics["Executor Run Time"] / 1000,
    )
