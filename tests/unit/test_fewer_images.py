"""A budget that is too short for all images: fewer images, but always rounds with an interval."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from vitscale.bench import budget, runner
from vitscale.bench.budget import Budget
from vitscale.bench.fewer_images import FEWEST_IMAGES, Pace
from vitscale.bench.plan import Plan, Settings, make_plan
from vitscale.bench.runner import run_plan
from vitscale.bench.worker_request import WorkerRequest
from vitscale.cli.app import app
from vitscale.images.image_set import FailedImage
from vitscale.results.document import load_results

from tests.fixtures.machine import Machine

SETTINGS = Settings(
    forks=5, iterations=1, warmup_images=2, parity_images=0, stage_images=0, keeps_rounds=True
)
IMAGES = 12
SLOWNESS = {"fast": 10.0, "slow": 1.0, "very slow": 0.2, "hardly moves": 0.01}


@pytest.fixture
def plan(tiny_model: Path, photos: Path, tmp_path: Path) -> Plan:
    return make_plan(
        images=photos,
        model=tiny_model,
        backends=["huggingface", "vitscale"],
        batch_sizes=[1, 4, 8],
        output=tmp_path / "results.json",
        settings=SETTINGS,
    )


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def run(plan: Plan, speed: float, seconds: float | None, **options: Any) -> tuple[Any, Machine]:
        machine = Machine(lambda job, _: speed, images_count=True, **options)
        monkeypatch.setattr(runner, "measure", machine.measure)
        monkeypatch.setattr(runner, "Budget", lambda limit: Budget(limit, lambda: machine.clock))
        plan = replace(plan, settings=replace(plan.settings, budget_seconds=seconds))
        return run_plan(plan, ["vitscale", "bench"], lambda _: None), machine

    return run


def rounds_of(results: Any) -> set[int]:
    return {
        len([run for run in row["runs"] if run["fork"] > 0])
        for row in results["benchmarks"]
        if row["batch_size"] == 4
    }


@pytest.mark.parametrize("speed", SLOWNESS.values(), ids=SLOWNESS.keys())
def test_every_machine_gets_rounds_with_an_interval(plan: Plan, start: Any, speed: float) -> None:
    results, machine = start(plan, speed, 300.0)
    compared = [row for row in results["comparisons"] if not row["control"]]
    assert [len(row["values"]) >= 3 for row in compared] == [True]
    assert load_results(plan.output) == results
    count = results["workload"]["images"]["files"]
    assert FEWEST_IMAGES <= count <= IMAGES
    if count > FEWEST_IMAGES:
        assert machine.clock <= 300.0


def test_a_slow_machine_measures_fewer_images_at_one_batch_size_and_says_so(plan: Plan, start: Any) -> None:
    results, _ = start(plan, 1.0, 200.0)
    count = results["workload"]["images"]["files"]
    assert count < IMAGES
    assert {row["batch_size"] for row in results["benchmarks"]} == {4}
    assert {run["ledger"]["files"] for row in results["benchmarks"] for run in row["runs"]} == {count}
    (left,) = (one for one in results["left_out"] if one["what"].startswith("all but"))
    assert f"{count} images at batch size 4 (of {IMAGES} at batch sizes 1, 4, 8)" in left["what"]
    assert "--budget" in left["reason"]


def test_with_time_enough_all_images_are_measured(plan: Plan, start: Any) -> None:
    results, _ = start(plan, 10.0, 600.0)
    assert results["workload"]["images"]["files"] == IMAGES
    assert "left_out" not in results
    assert {row["batch_size"] for row in results["benchmarks"]} == {1, 4, 8}
    assert [len(row["values"]) for row in results["comparisons"]] == [5, 5]


def test_the_same_command_again_adds_rounds_to_the_fewer_images(plan: Plan, start: Any) -> None:
    first, _ = start(plan, 1.0, 200.0)
    second, machine = start(plan, 1.0, 200.0)
    assert second["workload"]["images"] == first["workload"]["images"]
    assert rounds_of(first) == {3}
    assert rounds_of(second) == {5}
    assert len(machine.jobs) == 2 * 3  # two more rounds of two backends and the control


def test_a_larger_budget_measures_all_images(plan: Plan, start: Any) -> None:
    start(plan, 1.0, 200.0)
    results, _ = start(plan, 1.0, 3000.0)
    assert results["workload"]["images"]["files"] == IMAGES


@pytest.mark.parametrize(("speed", "is_told"), [(10.0, False), (0.01, True)])
def test_the_command_says_that_it_took_longer_than_its_budget(
    *,
    speed: float,
    is_told: bool,
    plan: Plan,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    machine = Machine(lambda job, _: speed, images_count=True)
    monkeypatch.setattr(runner, "measure", machine.measure)
    for module in (runner, budget):
        monkeypatch.setattr(module, "Budget", lambda limit: Budget(limit, lambda: machine.clock))
    command = ["bench", "-b", "huggingface", "-b", "vitscale", "--budget", "600"]
    command += ["--parity-images", "0", "--stage-images", "0", "-o", str(plan.output)]
    command += ["--model", str(plan.model.path), "--images", str(plan.images.root)]
    with pytest.raises(SystemExit) as ended:
        typer.main.get_command(app).main(command)
    assert ended.value.code == 0
    assert (machine.clock > 600.0) == is_told
    told = f"the command took {machine.clock:.0f} s, more than --budget 600: "
    assert (told in capsys.readouterr().err) == is_told


def test_an_image_that_cannot_be_decoded_is_never_the_only_one(plan: Plan, start: Any) -> None:
    bad = tuple(FailedImage(file, "damaged") for file in plan.images.files[: FEWEST_IMAGES + 2])
    results, _ = start(replace(plan, undecodable=bad), 0.01, 300.0)
    assert results["workload"]["images"]["files"] == FEWEST_IMAGES + 3


def test_a_pace_separates_what_depends_on_images(plan: Plan) -> None:
    machine = Machine(lambda job, _: 2.0, images_count=True)
    job: WorkerRequest = plan.sample_job(runner.Cell(plan.reference, 4), 12)
    run, _ = machine.measure(job, print)
    pace = Pace.of(run)
    assert pace.image_seconds == pytest.approx(0.5)
    assert pace.seconds(12, replace(SETTINGS, warmup_images=2)) == pytest.approx(run["wall_seconds"])
    assert pace.seconds(12, replace(SETTINGS, iterations=3)) == pytest.approx(run["wall_seconds"] + 12.0)
    assert pace.seconds(12, replace(SETTINGS, min_seconds=60.0)) == pytest.approx(run["wall_seconds"] + 54.0)
