"""The scaling benchmark as its users run it: a real cluster, real processes without Spark, one round."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from vitscale.images.image_set import find_images
from vitscale.models.folder import ModelFolder
from vitscale.scaling.control import run_engine
from vitscale.scaling.results import load

IMAGES = 12
LISTED = 40


@pytest.fixture(scope="module")
def finished(
    photos: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[subprocess.CompletedProcess[str], Path]:
    output = tmp_path_factory.mktemp("scaling") / "scaling.json"
    command = [
        Path(sys.executable).with_name("vitscale"),
        "scaling",
        "--images",
        photos,
        "--model",
        tiny_model,
    ]
    command += [
        "--rounds",
        "1",
        "--listed-files",
        str(LISTED),
        "--memory",
        "600m",
        "-o",
        output,
        "--json",
        "-",
    ]
    environment = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, env=environment)
    assert output.exists(), done.stderr
    return done, output


@pytest.fixture(scope="module")
def measured(finished: tuple[subprocess.CompletedProcess[str], Path]) -> dict[str, Any]:
    return load(finished[1])


def test_a_round_has_the_job_and_the_control_on_one_and_two_processors(measured: dict[str, Any]) -> None:
    (found,) = measured["rounds"]
    assert {run["images"] for run in found.values()} == {IMAGES}
    assert [found[name]["executors"] for name in ("one", "two")] == [1, 2]
    assert [found[name]["processes"] for name in ("engine_one", "engine_two")] == [1, 2]
    assert measured["listing"]["files"] == LISTED
    assert len(measured["megapixels"]) == IMAGES


def test_the_parts_of_a_run_make_up_its_whole_time(measured: dict[str, Any]) -> None:
    for name in ("one", "two"):
        run = measured["rounds"][0][name]
        parts = run["start"] + run["executor_ready"] + run["job_seconds"] + run["finish"]
        # The job's own clock begins before its first task, and ends after its last one.
        assert parts == pytest.approx(run["wall_seconds"], abs=2.0)


def test_efficiencies_are_those_of_the_runs(measured: dict[str, Any]) -> None:
    (found,) = measured["rounds"]
    seconds = {name: found[name]["job_seconds"] for name in ("one", "two")}
    engine = {name: found[name]["seconds"] for name in ("engine_one", "engine_two")}
    job, control = seconds["one"] / seconds["two"] / 2, engine["engine_one"] / engine["engine_two"] / 2
    expected = {
        "job": job,
        "control": control,
        "job_to_control": job / control,
        "job_to_engine": engine["engine_one"] / seconds["one"],
    }
    for name, value in expected.items():
        assert measured["efficiency"][name] == {
            "median": pytest.approx(value),
            "ci": None,
            "rounds": [pytest.approx(value)],
        }


def test_the_answer_is_said_and_judged(
    finished: tuple[subprocess.CompletedProcess[str], Path], measured: dict[str, Any]
) -> None:
    done, _ = finished
    assert json.loads(done.stdout) == measured
    assert "Parallel efficiency of two processes without Spark" in done.stderr
    assert done.returncode == (1 if measured["efficiency"]["job"]["median"] < 0.95 else 0)


def test_the_control_gives_out_every_image_once(photos: Path, tiny_model: Path) -> None:
    images = find_images(photos)
    run = run_engine(2, images, ModelFolder.open(tiny_model, "fp32"), "600m", [5, 4, 2, 1])
    assert (run.processes, run.images) == (2, IMAGES)
    assert run.rate == pytest.approx(IMAGES / run.seconds)
