"""The order of work, the budget, and going on after a kill, with processes that only pretend to measure."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from vitscale.backends.parsing import parse
from vitscale.bench import runner
from vitscale.bench.budget import Budget
from vitscale.bench.interrupted import Interrupted
from vitscale.bench.plan import Plan, Settings, make_plan
from vitscale.bench.runner import run_plan
from vitscale.bench.worker_request import WorkerRequest
from vitscale.results.document import load_results

from tests.fixtures.machine import Machine

SETTINGS = Settings(forks=3, iterations=1, warmup_images=2, parity_images=0, stage_images=0)
SPEEDS = {"huggingface": 4.0, "vitscale": 6.0, "onnxruntime": 5.0, "huggingface:num_workers=2": 4.5}


def steady(job: WorkerRequest, _: int) -> float:
    return SPEEDS[job.backend] + (0.5 if job.batch_size == 4 else 0.0)


@pytest.fixture
def plan(tiny_model: Path, photos: Path, tmp_path: Path) -> Plan:
    return make_plan(
        images=photos,
        model=tiny_model,
        backends=["huggingface", "vitscale", "onnxruntime"],
        batch_sizes=[1, 4],
        output=tmp_path / "results.json",
        settings=SETTINGS,
    )


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def run(plan: Plan, machine: Machine, **options: Any) -> Any:
        monkeypatch.setattr(runner, "measure", machine.measure)
        monkeypatch.setattr(runner, "Budget", lambda seconds: Budget(seconds, lambda: machine.clock))
        return run_plan(plan, ["vitscale", "bench"], lambda _: None, **options)

    return run


def test_a_sweep_then_rounds_at_the_best_batch_size_with_a_control(plan: Plan, start: Any) -> None:
    machine = Machine(steady)
    results = start(plan, machine)
    assert sorted(machine.jobs[:3]) == [("huggingface", 4), ("onnxruntime", 4), ("vitscale", 4)]
    assert sorted(machine.jobs[3:6]) == [("huggingface", 1), ("onnxruntime", 1), ("vitscale", 1)]
    assert {size for _, size in machine.jobs[6:]} == {4}
    assert len(machine.jobs) == 6 + 3 * 4
    assert load_results(plan.output) == results
    control = [row for row in results["benchmarks"] if row["control"]]
    assert [(row["backend"], len(row["runs"])) for row in control] == [("huggingface", 3)]


def test_ratios_are_paired_by_round_and_the_sweep_has_no_part_in_them(plan: Plan, start: Any) -> None:
    # The machine slows down by half in the third round: paired ratios do not notice.
    results = start(plan, Machine(lambda job, number: steady(job, number) / (2 if number > 14 else 1)))
    rows = {(row["backend"], row["control"]): row for row in results["comparisons"]}
    assert rows["vitscale", False]["values"] == pytest.approx([6.5 / 4.5] * 3)
    assert rows["vitscale", False]["verdict"] == "faster"
    assert rows["huggingface", True]["median"] == pytest.approx(1.0)
    assert rows["huggingface", True]["verdict"] == "no measurable difference"


def test_a_tuned_variant_of_the_reference_is_a_second_reference(plan: Plan, start: Any) -> None:
    tuned = replace(plan, backends=(*plan.backends, parse("huggingface:num_workers=2")))
    results = start(tuned, Machine(steady))
    pairs = {(row["backend"], row["reference"]) for row in results["comparisons"]}
    assert ("vitscale", "huggingface") in pairs
    assert ("vitscale", "huggingface:num_workers=2") in pairs


def test_another_device_is_no_tuning_of_the_reference(plan: Plan, start: Any) -> None:
    with_gpu = replace(plan, backends=(plan.reference, parse("huggingface:device=gpu")))
    results = start(with_gpu, Machine(lambda job, _: 99.0 if "gpu" in job.backend else 4.0))
    assert {row["reference"] for row in results["comparisons"]} == {"huggingface"}


def test_with_one_fork_there_is_only_the_sweep(plan: Plan, start: Any) -> None:
    machine = Machine(steady)
    results = start(replace(plan, settings=replace(SETTINGS, forks=1)), machine)
    assert len(machine.jobs) == 6
    assert {row["verdict"] for row in results["comparisons"]} == {"too few forks"}


def test_with_one_batch_size_there_is_no_sweep(plan: Plan, start: Any) -> None:
    machine = Machine(steady)
    start(replace(plan, batch_sizes=(4,)), machine)
    assert len(machine.jobs) == 3 * 4


def test_best_batch_sizes_that_an_earlier_sweep_found_have_their_rows(plan: Plan, start: Any) -> None:
    best = {"huggingface": 2, "vitscale": 8, "onnxruntime": 4}
    results = start(replace(plan, batch_sizes=(4,), best=best), Machine(steady))
    rows = {row["backend"]: row for row in results["benchmarks"] if not row["control"]}
    assert {name: (row["batch_size"], len(row["runs"])) for name, row in rows.items()} == {
        name: (size, 3) for name, size in best.items()
    }


def test_a_failing_cell_is_a_row_and_the_others_go_on(plan: Plan, start: Any) -> None:
    def speed(job: WorkerRequest, number: int) -> float:
        return 0.0 if (job.backend, job.batch_size) == ("vitscale", 4) else steady(job, number)

    results = start(plan, Machine(speed))
    (failed,) = [row for row in results["benchmarks"] if row["error"]]
    assert (failed["backend"], failed["batch_size"]) == ("vitscale", 4)
    best = {row["backend"]: row["batch_size"] for row in results["comparisons"] if not row["control"]}
    assert best == {"vitscale": 1, "onnxruntime": 4}


@pytest.mark.parametrize("stop_after", range(0, 18, 3))
def test_an_interrupted_run_goes_on_and_loses_nothing(plan: Plan, start: Any, stop_after: int) -> None:
    first = Machine(steady, stop_after)
    with pytest.raises(Interrupted) as stopped:
        start(plan, first)
    assert len(first.jobs) == stopped.value.kept == stop_after
    assert plan.output.exists() == (stop_after > 0)
    second = Machine(steady)
    results = start(plan, second)
    assert len(second.jobs) == 18 - stop_after
    undisturbed = Machine(steady)
    again = start(plan, undisturbed, is_fresh=True)
    assert first.jobs + second.jobs == undisturbed.jobs
    assert results["benchmarks"] == again["benchmarks"]
    assert results["comparisons"] == again["comparisons"]


def test_an_interruption_counts_what_the_same_command_keeps(plan: Plan, start: Any) -> None:
    def kept(stop_after: int, **options: Any) -> int:
        with pytest.raises(Interrupted) as stopped:
            start(plan, Machine(steady, stop_after), **options)
        return stopped.value.kept

    assert kept(5) == 5
    assert kept(0) == 5  # resumed, and interrupted before anything else
    assert kept(2) == 7
    before = plan.output.read_bytes()
    assert kept(0, is_fresh=True) == 0
    assert plan.output.read_bytes() == before
    assert kept(1, is_fresh=True) == 1


def test_more_forks_can_be_added_later(plan: Plan, start: Any) -> None:
    start(plan, Machine(steady))
    machine = Machine(steady)
    start(replace(plan, settings=replace(SETTINGS, forks=5)), machine)
    assert len(machine.jobs) == 2 * 4


def test_what_failed_is_tried_again(plan: Plan, start: Any) -> None:
    start(plan, Machine(lambda job, n: 0.0 if job.backend == "onnxruntime" else steady(job, n)))
    machine = Machine(steady)
    results = start(plan, machine)
    assert {backend for backend, _ in machine.jobs} == {"onnxruntime"}
    assert not any(row["error"] for row in results["benchmarks"])


@pytest.mark.parametrize("change", ["settings", "images", "scenario", "preprocessing"])
def test_whatever_a_figure_depends_on_is_measured_again_when_it_changes(
    plan: Plan, start: Any, change: str, tmp_path: Path
) -> None:
    copy = tmp_path / "model"
    shutil.copytree(plan.model.path, copy)
    plan = replace(plan, model=replace(plan.model, path=copy), batch_sizes=(1,))
    start(plan, Machine(steady))
    match change:
        case "settings":
            plan = replace(plan, settings=replace(SETTINGS, iterations=2))
        case "scenario":
            plan = replace(plan, settings=replace(SETTINGS, scenario="single-stream"))
        case "images":
            plan = replace(plan, images=plan.images.take(5))
        case "preprocessing":
            file = copy / "preprocessor_config.json"
            file.write_text(json.dumps({**json.loads(file.read_text()), "resample": 3}))
    machine = Machine(steady)
    start(plan, machine)
    assert len(machine.jobs) == 3 * 4


def test_an_unreadable_file_of_an_earlier_run_is_no_obstacle(plan: Plan, start: Any) -> None:
    plan.output.write_text('{"schema_version": 1, "bench')
    machine = Machine(steady)
    start(plan, machine)
    assert len(machine.jobs) == 18


def test_the_budget_bounds_the_run_and_what_was_left_out_is_said(plan: Plan, start: Any) -> None:
    machine = Machine(steady)
    results = start(replace(plan, settings=replace(SETTINGS, budget_seconds=150.0)), machine)
    assert machine.clock <= 150.0
    assert (
        len(machine.jobs) == 3 + 3 * 4
    )  # with the sweep's other batch size, a third round would end at 180 s
    (left,) = results["left_out"]
    assert left["what"] == "sweep, batch size 1"
    assert "estimate" in left["reason"]
    assert "parity, stages and rounds need the rest" in left["reason"]


def test_rounds_that_do_not_fit_are_left_out_and_said(plan: Plan, start: Any) -> None:
    machine = Machine(steady)
    settings = replace(SETTINGS, forks=6, budget_seconds=230.0)
    results = start(replace(plan, settings=settings), machine)
    assert machine.clock <= 230.0
    assert len(machine.jobs) == 6 + 4 * 4  # a fifth round of four cells would end at 260 s
    assert [left["what"] for left in results["left_out"]] == ["rounds 5 to 6"]


def test_the_sweep_leaves_half_of_the_budget(plan: Plan, start: Any) -> None:
    machine = Machine(steady)
    results = start(replace(plan, settings=replace(SETTINGS, budget_seconds=110.0)), machine)
    assert {size for _, size in machine.jobs} == {4}
    assert results["left_out"][0]["what"] == "sweep, batch size 1"
    assert len([row for row in results["comparisons"] if not row["control"]]) == 2
