"""The published benchmark as plans of the harness, with processes that only pretend to measure."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pynvml
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vitscale.backends.sets import SETS
from vitscale.bench import runner
from vitscale.bench.budget import Budget
from vitscale.bench.interrupted import Interrupted
from vitscale.bench.worker_request import WorkerRequest
from vitscale.errors import UsageError
from vitscale.reproduction import Reproduction, Request, check_parts, reproduce
from vitscale.reproduction import run as module
from vitscale.reproduction.contenders import contenders
from vitscale.reproduction.sizes import GRIDS, LEAST_IMAGES, Pace, fit
from vitscale.results.document import load_results

from tests.fixtures.machine import Machine
from tests.fixtures.nvml import FakeDriver

BEST = {"huggingface": 8, "spark-nlp": 16, "vitscale": 2}
SPEEDS = {"huggingface": 4.0, "spark-nlp": 3.0, "vitscale": 6.0}


def speed(job: WorkerRequest, _: int) -> float:
    return SPEEDS[job.backend] * (1.2 if job.batch_size == BEST[job.backend] else 1.0)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the published sets have eight and twelve images; no parity and stages."""
    monkeypatch.setattr(module, "PUBLISHED", {"sample": 8, "full": 12})
    monkeypatch.setattr(runner.ParityAndStages, "add", lambda *_: None)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[[Request, Machine], Reproduction]:
    def run(request: Request, machine: Machine) -> Reproduction:
        monkeypatch.setattr(runner, "measure", machine.measure)
        for owner in (runner, module):
            monkeypatch.setattr(owner, "Budget", lambda seconds: Budget(seconds, lambda: machine.clock))
        return reproduce(request, lambda _: None)

    return run


def reasons(done: Reproduction) -> dict[str, str]:
    return {one["what"]: one["reason"] for one in done.left_out}


def test_a_sweep_on_the_sample_then_the_full_set_at_each_ones_best(request_: Request, start: Any) -> None:
    machine = Machine(speed)
    done = start(request_, machine)
    sample, full = (load_results(path) for path in done.results)
    assert sample["workload"]["images"]["files"] == 8
    assert full["workload"]["images"]["files"] == 12
    sweep = 3 * len(GRIDS[0])
    assert len(machine.jobs) == sweep + 3 * 4 + 3 * 4
    assert set(machine.jobs[sweep:]) == set(BEST.items())
    assert {row["backend"]: row["batch_size"] for row in full["benchmarks"]} == BEST
    assert {row["fork"] for one in full["benchmarks"] for row in one["runs"]} == {1, 2, 3}


def test_what_cannot_run_here_is_said_in_results_and_answer(request_: Request, start: Any) -> None:
    done = start(request_, Machine(speed))
    what = reasons(done)
    assert "vitscale export" in what["Spark NLP's TensorFlow engine, oneDNN off and on"]
    assert "2 to 10 nodes" in what
    assert "2 to 10 nodes" in what
    for path in done.results:
        assert [one["what"] for one in load_results(path)["left_out"]] == list(what)


def test_fewer_images_are_said_and_a_full_run_lasts_mlperfs_time(request_: Request, start: Any) -> None:
    done = start(replace(request_, count=5), Machine(speed))
    what = reasons(done)
    assert what["sample: 3 of 8 images"] == "--count is smaller"
    assert what["full: 7 of 12 images"] == "--count is smaller"
    sample, full = (load_results(path) for path in done.results)
    assert sample["workload"]["images"]["files"] == full["workload"]["images"]["files"] == 5
    assert (sample["settings"]["min_seconds"], full["settings"]["min_seconds"]) == (0, 600)


def test_a_folder_with_fewer_images_is_said(
    request_: Request, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PUBLISHED", {"sample": 8, "full": 20})
    what = reasons(start(request_, Machine(speed)))
    assert "has no more" in what["full: 8 of 20 images"]
    assert not any(name.startswith("sample:") for name in what)


def test_the_budget_bounds_all_of_it(request_: Request, start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PUBLISHED", {"sample": 3544, "full": 34745})
    machine = Machine(speed, images_count=True)
    done = start(replace(request_, budget_seconds=300.0), machine)
    assert machine.clock <= 300
    assert [path.name for path in done.results] == ["sample.json"]
    what = reasons(done)
    assert "larger --budget" in what["full run, 34,745 images"]
    assert any(key.startswith("sample:") and key.endswith("of 3,544 images") for key in what)
    results = load_results(done.results[0])
    assert "too few forks" not in {row["verdict"] for row in results["comparisons"]}


def test_a_budget_for_nearly_nothing_still_gives_figures(
    request_: Request, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PUBLISHED", {"sample": 3544, "full": 34745})
    done = start(replace(request_, budget_seconds=100.0), Machine(speed, images_count=True))
    results = load_results(done.results[0])
    assert results["workload"]["images"]["files"] == 12  # all that there are
    assert all(row["samples_per_sec"] for row in results["benchmarks"])
    assert any(one["what"].startswith("rounds") for one in results["left_out"])


def test_a_large_budget_has_time_for_the_full_set(request_: Request, start: Any) -> None:
    machine = Machine(speed, images_count=True)
    done = start(replace(request_, budget_seconds=2000.0), machine)
    assert machine.clock <= 2000
    assert [load_results(path)["workload"]["images"]["files"] for path in done.results] == [8, 12]
    assert not any("images" in what for what in reasons(done))


def test_an_interrupted_reproduction_goes_on(request_: Request, start: Any) -> None:
    with pytest.raises(Interrupted) as stopped:
        start(request_, Machine(speed, stop_after=25))
    assert stopped.value.kept == 25
    machine = Machine(speed)
    start(request_, machine)
    assert len(machine.jobs) == 18 + 12 + 12 - 25


def test_the_full_run_needs_a_sample(request_: Request, start: Any) -> None:
    full = replace(request_, parts=("full",))
    with pytest.raises(UsageError, match="vitscale reproduce sample"):
        start(full, Machine(speed))
    start(replace(request_, parts=("sample",)), Machine(speed))
    machine = Machine(speed)
    done = start(full, machine)
    assert [path.name for path in done.results] == ["full.json"]
    assert len(machine.jobs) == 3 * 4


def test_a_failed_backend_is_not_in_the_full_run(request_: Request, start: Any) -> None:
    done = start(request_, Machine(lambda job, n: 0.0 if job.backend == "spark-nlp" else speed(job, n)))
    assert done.has_errors
    rows = load_results(done.results[1])["benchmarks"]
    assert {row["backend"] for row in rows} == {"huggingface", "vitscale"}


def test_named_backends_are_measured_instead_of_all(request_: Request, start: Any) -> None:
    done = start(replace(request_, backends=("vitscale", "huggingface")), Machine(speed))
    assert {row["backend"] for row in load_results(done.results[1])["benchmarks"]} == {
        "huggingface",
        "vitscale",
    }
    assert list(reasons(done)) == ["2 to 10 nodes"]


def test_an_unknown_backend_is_refused_before_photos_are_made(request_: Request, start: Any) -> None:
    machine = Machine(speed)
    with pytest.raises(UsageError, match="Unknown backend 'spark'"):
        start(replace(request_, images=None, backends=("spark",)), machine)
    assert not machine.jobs and not list(request_.folder.glob("photos*"))


def test_a_set_stands_for_its_backends(tiny_model: Path) -> None:
    assert contenders(tiny_model, ("article", "vitscale"))[0] == [*SETS["article"], "vitscale"]


def test_parts_are_checked() -> None:
    assert check_parts([]) == check_parts(["nodes", "full", "sample"]) == ("sample", "full", "nodes")
    assert check_parts(["full"]) == ("full",)
    with pytest.raises(UsageError, match="expected sample, full or nodes"):
        check_parts(["everything"])


def test_a_machine_with_everything_leaves_out_only_what_it_says(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vitscale.reproduction import contenders as module

    monkeypatch.setattr(module, "_missing_tensorflow", lambda _: "")
    monkeypatch.setattr(module, "refuse_without_gpu", lambda _: None)
    backends, left_out = contenders(tiny_model)
    assert backends[:3] == list(SETS["article"])
    assert {"huggingface:device=gpu", "spark-nlp:device=gpu", "vitscale:device=gpu"} < set(backends)
    assert [one["what"] for one in left_out] == ["2 to 10 nodes"]


def test_without_a_gpu_each_backend_of_one_is_left_out_with_the_reason(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeDriver(missing=pynvml.NVMLError_LibraryNotFound).install(monkeypatch)
    backends, left_out = contenders(tiny_model)
    assert not any("device=gpu" in name for name in backends)
    reasons = {one["what"]: one["reason"] for one in left_out}
    for name in ("huggingface", "spark-nlp", "vitscale"):
        assert reasons[f"{name} on a GPU"].startswith("There is no NVIDIA driver")


@given(st.floats(1, 60), st.floats(0.01, 5), st.integers(1, 10), st.floats(100, 1e6), st.integers(1, 50_000))
def test_what_fits_takes_no_longer_than_there_is_time(
    start_seconds: float, image_seconds: float, forks: int, seconds: float, most: int
) -> None:
    pace = Pace(start_seconds, image_seconds, Pace(start_seconds / 3, image_seconds / 3))
    size = fit(pace, forks, seconds, most)
    assert 1 <= size.images <= most
    if size.images > LEAST_IMAGES:
        passes = forks * 4 / 3 + 1 + (len(size.batch_sizes) if len(size.batch_sizes) > 1 else 0)
        assert passes * (start_seconds + size.images * image_seconds) <= seconds
