"""Who is called a GPU run, against constructed answers of a driver: they are recorded from no device."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pynvml
import pytest
from vitscale.bench import cell_runner
from vitscale.bench.launcher import run_process
from vitscale.bench.worker_request import WorkerRequest
from vitscale.errors import GpuError
from vitscale.gpu.attestation import LEAST_RISE_BYTES, attest
from vitscale.gpu.nvml import Device, Reading
from vitscale.gpu.sampling import GpuWatch, Record, Sample

from tests.fixtures.nvml import GIB, FakeDriver, FakeGpu

CUDA = {"CUDAExecutionProvider": 312, "CPUExecutionProvider": 9}
OURS, OTHER = 4711, 99
IDLE = Reading(0, GIB, 70.0, 345, 1593, 31, {})


def record(*readings: Reading, before: Reading = IDLE, pid: int = OURS) -> Record:
    samples = tuple(Sample((one,), frozenset({pid})) for one in readings)
    return Record("580.65.06", (Device(0, "NVIDIA Example", 80 * GIB),), (before,), samples)


def working(processes: dict[int, int] | None, used: int = 4 * GIB, utilization: int = 90) -> Reading:
    return Reading(utilization, used, 400.0, 1755, 2619, 60, processes)


def test_a_process_that_the_driver_lists_with_memory_is_proved() -> None:
    (gpu,) = attest(
        record(
            working({OURS: 2 * GIB}, utilization=80),
            working({OURS: 3 * GIB, OTHER: GIB}, utilization=100),
            working({OURS: 3 * GIB}, utilization=96),
        ),
        CUDA,
        in_container=False,
    )
    assert gpu["proof"] == "process list"
    assert gpu["process_memory_bytes"] == 3 * GIB
    assert gpu["samples"] == 3
    assert gpu["utilization_percent"] == {"median": 96, "max": 100}
    assert gpu["power_watts"] == {"median": 400.0, "max": 400.0}
    assert (gpu["name"], gpu["driver"]) == ("NVIDIA Example", "580.65.06")


@pytest.mark.parametrize(
    ("reading", "in_container"),
    [
        (working({OTHER: 3 * GIB}), False),  # somebody else works there
        (working({}), False),
        (working({OURS: 0}), False),
        (IDLE, True),
        (working({}, used=GIB + LEAST_RISE_BYTES - 1), True),
        (working({}, utilization=0), True),  # memory alone is no work
        (working(None, used=GIB), True),
    ],
)
def test_without_proof_there_is_no_gpu_run(reading: Reading, in_container: bool) -> None:
    with pytest.raises(GpuError, match=r"listed our process on 0.*The run does not count"):
        attest(record(reading), CUDA, in_container=in_container)


@pytest.mark.parametrize(
    ("processes", "in_container"), [(None, True), ({}, True), ({OTHER: 3 * GIB}, True), (None, False)]
)
def test_where_processes_cannot_be_listed_a_rise_is_the_proof_and_is_called_so(
    processes: dict[int, int] | None, in_container: bool
) -> None:
    (gpu,) = attest(record(working(processes)), CUDA, in_container=in_container)
    assert gpu["proof"] == "memory and utilisation"
    assert gpu["process_memory_bytes"] is None


def test_in_a_container_the_better_proof_is_taken_where_it_is_there() -> None:
    (gpu,) = attest(record(working({OURS: GIB})), CUDA, in_container=True)
    assert gpu["proof"] == "process list"


def test_work_that_was_there_before_is_no_rise() -> None:
    busy = working({}, used=40 * GIB, utilization=100)
    with pytest.raises(GpuError):
        attest(record(busy, before=busy), CUDA, in_container=True)


@pytest.mark.parametrize(
    ("providers", "message"),
    [
        ({"CPUExecutionProvider": 321}, "ran on CPUExecutionProvider"),
        ({"cpu": 200, "cuda": 0}, "ran on cpu"),
        ({}, "no provider that it names"),
    ],
)
def test_a_session_that_fell_back_is_no_gpu_run_whatever_the_device_shows(
    providers: dict[str, int], message: str
) -> None:
    with pytest.raises(GpuError, match=message):
        attest(record(working({OURS: GIB})), providers, in_container=False)


def test_each_gpu_that_was_asked_for_must_show_the_work() -> None:
    devices = (Device(0, "A", GIB), Device(1, "B", GIB))
    sample = Sample((working({OURS: GIB}), IDLE), frozenset({OURS}))
    one = Record("580", devices, (IDLE, IDLE), (sample,))
    assert [gpu["index"] for gpu in attest(one, CUDA, 1, in_container=False)] == [0]
    with pytest.raises(GpuError, match="2 GPUs were requested, and the driver listed our process on 1"):
        attest(one, CUDA, 2, in_container=False)


def test_what_the_gpu_does_not_tell_stays_unknown() -> None:
    (gpu,) = attest(record(Reading(processes={OURS: GIB})), CUDA, in_container=False)
    assert gpu["utilization_percent"] is gpu["power_watts"] is gpu["sm_clock_mhz"] is None


def test_only_samples_between_warm_up_and_the_last_pass_count(monkeypatch: pytest.MonkeyPatch) -> None:
    from vitscale.gpu.nvml import Nvml

    gpu = FakeGpu()
    FakeDriver([gpu]).install(monkeypatch)
    said: list[str] = []
    with Nvml() as nvml:
        watch = GpuWatch(nvml)
        hear = watch.listening(said.append)
        for utilization, line in ((1, "loaded in 3.0 s"), (2, "warmup: 8 images in 1.0 s"), (3, ""), (4, "")):
            gpu.utilization = utilization
            watch.sample(frozenset({OURS}))
            if line:
                hear(line)
        gpu.utilization = 5
        hear("measurement: 24 images in 2.0 s")
        gpu.utilization = 6
        watch.sample(frozenset({OURS}))
        seen = watch.record
    assert [one.readings[0].utilization_percent for one in seen.measured] == [3, 4, 5]
    assert said == ["loaded in 3.0 s", "warmup: 8 images in 1.0 s", "measurement: 24 images in 2.0 s"]


CHILD = """
import subprocess, sys, time
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("vitscale: warmup: 1 images in 1.0 s", file=sys.stderr, flush=True)
time.sleep(1.5)
print("vitscale: measurement: 1 images in 1.0 s", file=sys.stderr, flush=True)
inner.kill()
"""


def test_a_child_of_the_measured_process_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    from vitscale.gpu.nvml import Nvml

    def grandchildren() -> dict[int, int]:
        found = psutil.Process().children(recursive=True)
        return {one.pid: GIB for one in found if one.ppid() != psutil.Process().pid}

    gpu = FakeGpu(processes=grandchildren)
    FakeDriver([gpu]).install(monkeypatch)
    with Nvml() as nvml:
        watch = GpuWatch(nvml)
        run_process([sys.executable, "-c", CHILD], watch.listening(lambda _: None), beside=watch.sample)
        (found,) = attest(watch.record, CUDA, in_container=False)
    assert found["proof"] == "process list"
    assert found["samples"] >= 3


def fake_run(run: dict[str, Any], gpu: FakeGpu, **working: Any) -> Callable[..., Any]:
    """A worker that makes the GPU show something while it is heard measuring."""

    def start(job: WorkerRequest, folder: Path, report: Callable[[str], None], beside: Any) -> Any:
        report("warmup: 2 images in 1.0 s")
        for name, value in working.items():
            setattr(gpu, name, value)
        beside(frozenset({OURS}))
        report("measurement: 2 images in 1.0 s")
        return run, None

    return start


@pytest.fixture
def job(tiny_model: Path, photos: Path) -> WorkerRequest:
    return WorkerRequest(
        wants=("run",),
        backend="onnxruntime:device=gpu",
        model=str(tiny_model),
        batch_size=2,
        root=str(photos),
        files=("a.jpg",),
        is_whole=False,
        undecodable=(),
        warmup_images=2,
        iterations=1,
        min_seconds=0.0,
        scenario="offline",
        stage_images=1,
    )


def test_a_cell_on_a_gpu_carries_what_the_device_showed(
    job: WorkerRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = FakeGpu()
    FakeDriver([gpu]).install(monkeypatch)
    run = {"device": {"providers": CUDA}}
    start = fake_run(run, gpu, processes=lambda: {OURS: GIB}, utilization=88)
    monkeypatch.setattr(cell_runner, "_run_worker", start)
    measured, error = cell_runner.measure(job, lambda _: None)
    assert error is None and measured is not None
    assert measured["gpus"][0]["utilization_percent"] == {"median": 88, "max": 88}


def test_a_cell_without_proof_is_a_row_with_the_reason(
    job: WorkerRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = FakeGpu()
    FakeDriver([gpu]).install(monkeypatch)
    monkeypatch.setattr(cell_runner, "_run_worker", fake_run({"device": {"providers": CUDA}}, gpu))
    measured, error = cell_runner.measure(job, lambda _: None)
    assert measured is None and error is not None
    assert error["type"] == "GpuError"
    assert "The run does not count" in error["message"]


def test_without_a_driver_a_cell_says_so_and_starts_no_process(
    job: WorkerRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeDriver(missing=pynvml.NVMLError_LibraryNotFound).install(monkeypatch)
    monkeypatch.setattr(cell_runner, "_run_worker", lambda *_: pytest.fail("a process was started"))
    started = time.monotonic()
    measured, error = cell_runner.measure(job, lambda _: None)
    assert measured is None and error is not None
    assert error["message"].startswith("There is no NVIDIA driver")
    assert time.monotonic() - started < 10
