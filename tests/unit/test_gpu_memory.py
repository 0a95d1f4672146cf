"""Back-off: where the GPU's memory runs out, larger batches of that backend are left out and said."""

from pathlib import Path
from typing import Any

import pytest
from vitscale.bench import plan as plans
from vitscale.bench import runner, worker
from vitscale.bench.plan import Plan, Settings, make_plan
from vitscale.bench.runner import run_plan
from vitscale.bench.worker_request import WorkerRequest
from vitscale.gpu.memory import ran_out

from tests.fixtures.machine import Machine

SIZES = [1, 32, 256, 512, 1024]
OUT_OF_MEMORY = "CUDA out of memory. Tried to allocate 9.20 GiB. GPU 0 has a total capacity of 15.77 GiB"


class SmallGpu(Machine):
    """Has no memory for batches from a size on."""

    def __init__(self, backend: str, from_size: int, message: str) -> None:
        super().__init__(lambda job, _: 100.0 + job.batch_size)
        self._backend, self._from_size, self._message = backend, from_size, message

    def measure(self, job: WorkerRequest, report: Any) -> tuple[Any, Any]:
        run, error = super().measure(job, report)
        if job.backend.startswith(self._backend) and job.batch_size >= self._from_size:
            return None, {"type": "OutOfMemoryError", "message": self._message}
        return run, error


@pytest.fixture
def plan(tiny_model: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr(plans, "refuse_without_gpu", lambda _: None)
    return make_plan(
        images=photos,
        model=tiny_model,
        backends=["huggingface", "onnxruntime"],
        batch_sizes=SIZES,
        output=tmp_path / "results.json",
        settings=Settings(forks=3, iterations=1, parity_images=0, stage_images=0),
        on_gpu=True,
    )


def test_larger_batches_are_not_tried_and_the_others_go_on(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = SmallGpu("huggingface", 256, OUT_OF_MEMORY)
    monkeypatch.setattr(runner, "measure", machine.measure)
    results = run_plan(plan, ["vitscale"], lambda _: None)
    tried = {
        backend: sorted({size for one, size in machine.jobs if one == backend}) for backend, _ in machine.jobs
    }
    assert tried == {"huggingface:device=gpu": [1, 32, 256], "onnxruntime:device=gpu": SIZES}
    (failed,) = [row for row in results["benchmarks"] if row["error"]]
    assert (failed["batch_size"], failed["device"]) == (256, "gpu")
    assert "out of memory" in failed["error"]["message"]
    assert results["left_out"] == [
        {
            "what": f"huggingface:device=gpu, batch size {size}",
            "reason": "the GPU ran out of memory at batch size 256",
        }
        for size in (512, 1024)
    ]
    best = {row["backend"]: row["batch_size"] for row in results["comparisons"] if row["control"] is False}
    assert best == {"onnxruntime:device=gpu": 1024}
    assert {row["reference_batch_size"] for row in results["comparisons"]} == {32}


def test_another_failure_says_nothing_of_larger_batches(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = SmallGpu("huggingface", 256, "the process ended with exit status 1")
    monkeypatch.setattr(runner, "measure", machine.measure)
    results = run_plan(plan, ["vitscale"], lambda _: None)
    assert {size for backend, size in machine.jobs if backend.startswith("huggingface")} == set(SIZES)
    assert "left_out" not in results


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (OUT_OF_MEMORY, True),
        ("bfc_arena.cc: Failed to allocate memory for requested buffer of size 4831838208", True),
        ("Available memory of 1024 is smaller than requested bytes of 4096", True),
        ("CUDA failure 2: out of memory ; GPU=0", True),
        ("ai.onnxruntime.OrtException: CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED", True),
        ("A batch of 1024 images does not fit into memory. Choose a smaller batch size.", True),
        ("java.lang.OutOfMemoryError: Java heap space", False),
        ("the process was killed (SIGKILL): the machine probably ran out of memory", False),
        ("CUDA error: device-side assert triggered", False),
    ],
)
def test_the_memory_of_the_gpu_is_told_from_all_else(message: str, expected: bool) -> None:
    assert ran_out(message) is expected


class OutOfMemory:
    """A backend whose GPU is full."""

    survives_bad_images = True

    def classify(self, _: object) -> None:
        raise RuntimeError(OUT_OF_MEMORY)


@pytest.mark.parametrize("device", ["gpu", "cpu"])
def test_a_worker_says_that_the_memory_ran_out_without_a_stack_trace(
    plan: Plan, device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = "huggingface:device=gpu" if device == "gpu" else "huggingface"
    description = tmp_path / "job.json"
    plan.job(plans.Cell(plan.reference, 8)).to(backend=backend).save(description)
    monkeypatch.setattr(worker, "load_backend", lambda *_: OutOfMemory())
    monkeypatch.setattr("sys.argv", ["worker", str(description), str(tmp_path)])
    if device == "cpu":
        with pytest.raises(RuntimeError):
            worker.main()
        return
    worker.main()
    assert ran_out((tmp_path / worker.ERROR).read_text())
