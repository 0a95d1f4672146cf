"""What Spark's event log tells of a run: who opens the model, who classifies, what lies between."""

import json
from pathlib import Path

import pytest
from vitscale.errors import ResultsError
from vitscale.scaling.event_log import read_event_log


def ended(stage: int, executor: str, launched: float, finished: float, reason: str = "Success") -> str:
    return json.dumps(
        {
            "Event": "SparkListenerTaskEnd",
            "Stage ID": stage,
            "Task End Reason": {"Reason": reason},
            "Task Info": {
                "Executor ID": executor,
                "Launch Time": round(1000 * launched),
                "Finish Time": round(1000 * finished),
            },
            "Task Metrics": {"Executor Run Time": round(1000 * (finished - launched) - 50)},
        }
    )


def log(folder: Path, *lines: str) -> Path:
    descriptions = ("vitscale: open the model", *["vitscale: classify images"] * 2, None)
    stages = [
        json.dumps(
            {
                "Event": "SparkListenerStageSubmitted",
                "Stage Info": {"Stage ID": at, "Stage Name": "collect"},
                "Properties": {} if description is None else {"spark.job.description": description},
            }
        )
        for at, description in enumerate(descriptions)
    ]
    (folder / "app-1").write_text("\n".join([*stages, *lines]))
    return folder


OPENING = (ended(0, "0", 10.0, 12.0), ended(0, "1", 10.1, 13.5))


def test_the_model_is_open_when_the_last_executor_has_opened_it(tmp_path: Path) -> None:
    lines = [ended(1, "1", 14.2, 15.0), *OPENING, ended(1, "0", 14.0, 15.0), ended(2, "0", 15.1, 16.1)]
    lines.append(ended(3, "0", 17.0, 19.0))  # the rows that were written are counted
    timeline = read_event_log(log(tmp_path, *lines))
    assert timeline.opening_seconds == pytest.approx(3.5)
    assert [task.launched for task in timeline.classifying] == [14.0, 14.2, 15.1]


def test_between_two_tasks_of_a_core_lies_what_the_second_one_did_not_work(tmp_path: Path) -> None:
    lines = [ended(1, "0", 14.0, 15.0), ended(1, "1", 14.2, 15.0), ended(2, "0", 15.1, 16.1)]
    timeline = read_event_log(log(tmp_path, *OPENING, *lines))
    assert timeline.overheads() == [pytest.approx(0.15)]


def test_a_log_without_classified_images_is_refused(tmp_path: Path) -> None:
    failed = ended(1, "0", 14.0, 15.0, reason="ExceptionFailure")
    with pytest.raises(ResultsError, match="no task that classified images"):
        read_event_log(log(tmp_path, *OPENING, failed))
