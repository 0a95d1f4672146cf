"""What is made of the driver's answers, and of the lack of any."""

import onnxruntime
import pynvml
import pytest
from vitscale.bench.environment import environment
from vitscale.errors import GpuError
from vitscale.gpu.nvml import Nvml, Reading

from tests.fixtures.nvml import GIB, FakeDriver, FakeGpu


def test_a_reading_has_every_figure_in_its_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = FakeGpu(used=3 * GIB, utilization=97, milliwatts=412_500, clocks=(1755, 2619), temperature=64)
    gpu.processes = lambda: {4711: 2 * GIB, 12: None}
    driver = FakeDriver([gpu]).install(monkeypatch)
    with Nvml() as nvml:
        assert nvml.driver == "580.65.06"
        assert nvml.cuda_version == (13, 2)
        assert [(one.index, one.name, one.memory_bytes) for one in nvml.devices] == [(0, gpu.name, 80 * GIB)]
        assert nvml.read() == (Reading(97, 3 * GIB, 412.5, 1755, 2619, 64, {4711: 2 * GIB, 12: 0}),)
    assert driver.opened == 0


def test_what_a_gpu_does_not_tell_is_none_and_no_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = FakeGpu()
    FakeDriver([gpu]).install(monkeypatch)
    with Nvml() as nvml:
        gpu.used = gpu.utilization = gpu.milliwatts = gpu.clocks = gpu.temperature = gpu.processes = None
        assert nvml.read() == (Reading(),)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        (
            pynvml.NVMLError_LibraryNotFound,
            "There is no NVIDIA driver: libnvidia-ml.so.1 was not found. Install",
        ),
        (pynvml.NVMLError_DriverNotLoaded, "installed but not loaded. Load it"),
        (pynvml.NVMLError_LibRmVersionMismatch, "was updated since the machine started. Restart"),
        (pynvml.NVMLError_NoPermission, "gives this user no access to the GPU. Grant access to"),
        (pynvml.NVMLError_Unknown, "Check nvidia-smi"),
    ],
)
def test_why_there_is_no_driver_is_said_with_the_next_step(
    monkeypatch: pytest.MonkeyPatch, missing: type[Exception], message: str
) -> None:
    FakeDriver(missing=missing).install(monkeypatch)
    with pytest.raises(GpuError, match=message):
        Nvml()
    assert "gpus" not in environment()


def test_the_onnxruntime_that_runs_is_told_and_how_it_was_built(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment()["versions"]["onnxruntime"] == onnxruntime.__version__
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    versions = environment()["versions"]
    assert versions["onnxruntime-gpu"] == onnxruntime.__version__
    assert "onnxruntime" not in versions


def test_a_driver_without_a_device_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = FakeDriver([]).install(monkeypatch)
    with pytest.raises(GpuError, match=r"driver 580\.65\.06 is installed but reports no GPU"):
        Nvml()
    assert driver.opened == 0


def test_the_environment_lists_all_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeDriver([FakeGpu("NVIDIA A"), FakeGpu("NVIDIA B", memory=16 * GIB)]).install(monkeypatch)
    assert environment()["gpus"] == [
        {"name": "NVIDIA A", "memory_bytes": 80 * GIB, "driver": "580.65.06"},
        {"name": "NVIDIA B", "memory_bytes": 16 * GIB, "driver": "580.65.06"},
    ]
