"""Who is asked for what stands beside a speed, with processes that only pretend to answer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from vitscale.backends.base import Outputs
from vitscale.bench import cell_runner, runner
from vitscale.bench.cell_runner import Inspection
from vitscale.bench.plan import Plan, Settings, make_plan
from vitscale.bench.runner import run_plan
from vitscale.bench.worker_request import WorkerRequest

from tests.fixtures.machine import Machine


@pytest.fixture
def plan(tiny_model: Path, photos: Path, tmp_path: Path) -> Plan:
    return make_plan(
        images=photos,
        model=tiny_model,
        backends=["huggingface", "huggingface:num_workers=2", "vitscale", "forward"],
        batch_sizes=[4],
        output=tmp_path / "results.json",
        settings=Settings(forks=3, iterations=1, warmup_images=2, parity_images=4, stage_images=0),
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pretend to measure and to answer; tells which backends were asked for their answers."""
    found: list[str] = []

    def inspect(job: WorkerRequest, _: Callable[[str], None]) -> Inspection:
        found.append(job.backend)
        count = len(job.files)
        pixels = np.zeros((count, 2, 2, 3), np.uint8)
        outputs = Outputs(tuple(job.files), (3,) * count, np.zeros((count, 2), np.float32), pixels)
        return Inspection(outputs, None)

    monkeypatch.setattr(cell_runner, "inspect", inspect)
    monkeypatch.setattr(runner, "measure", Machine(lambda *_: 4.0).measure)
    return found


def run(plan: Plan) -> list[str]:
    """Run the plan; return its lines of progress."""
    lines: list[str] = []
    run_plan(plan, ["vitscale", "bench"], lines.append)
    return lines


def test_each_backend_that_answers_is_asked_once(plan: Plan, asked: list[str]) -> None:
    run(plan)
    assert asked == ["huggingface", "vitscale"]
    run(plan)
    assert asked == ["huggingface", "vitscale"]


@pytest.mark.usefixtures("asked")
def test_progress_tells_who_is_asked(plan: Plan) -> None:
    begun = [line for line in run(plan) if "outputs, vitscale" in line]
    assert begun and "on 4 images" in begun[0]
