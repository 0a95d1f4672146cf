"""Reads Spark's event log of an application: when and where each task ran.

The format is that of ``spark.eventLog.enabled`` (org.apache.spark.util.JsonProtocol): one JSON object per
line.
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
"""Descriptions of the Spark jobs (``vitscale.job.task.JobDescription`` in the jar)."""


@dataclass(frozen=True)
class Task:
    """One successful task; times in seconds since 1970.

    Attributes
    ----------
    description : str
        Description of its Spark job; empty without one.
    executor : str
        Id of the executor.
    launched, finished : float
        Times by the driver's clock.
    run_seconds : float
        Time of its own work, by the executor's clock.
    """

    description: str
    executor: str
    launched: float
    finished: float
    run_seconds: float


@dataclass(frozen=True)
class Timeline:
    """The tasks of an application.

    Attributes
    ----------
    tasks : tuple of Task
        Tasks in the order of their launch.
    """

    tasks: tuple[Task, ...]

    @property
    def opening_seconds(self) -> float:
        """Seconds from the launch of the first task that loads the model to the end of the last one."""
        opening = self._described(_OPEN_MODEL)
        return max(task.finished for task in opening) - opening[0].launched

    @property
    def classifying(self) -> tuple[Task, ...]:
        """The tasks that classify images, without those that load the model or count rows."""
        return self._described(_CLASSIFY)

    def _described(self, description: str) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.description == description)

    def overheads(self) -> list[float]:
        """Return the seconds between the ends of consecutive tasks on a core, less the work of the later one.

        Every executor has one core. Its first task is left out.
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
        If there is not exactly one log, or it has no task that classified images.
    """
    logs = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    if len(logs) != 1:
        raise ResultsError(f"{folder} has {len(logs)} event logs of Spark; expected one.")
    events = [json.loads(line) for line in logs[0].read_text().splitlines()]
    descriptions = {
        event["Stage Info"]["Stage ID"]: event.get("Properties", {}).get("spark.job.description", "")
        for event in events
        if event["Event"] == "SparkListenerStageSubmitted"
    }
    tasks = [_task(event, descriptions) for event in events if _is_success(event)]
    timeline = Timeline(tuple(sorted(tasks, key=lambda task: task.launched)))
    if not timeline.classifying:
        raise ResultsError(f"{logs[0]} has no task that classified images; the job failed before.")
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
