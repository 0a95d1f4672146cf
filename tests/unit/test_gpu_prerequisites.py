"""What is refused before any long work where a GPU, a library or the jar is missing, and what is not."""

import zipfile
from pathlib import Path

import pynvml
import pytest
import torch
from typer.testing import CliRunner
from vitscale.backends.onnxruntime.definition import check_onnxruntime
from vitscale.backends.parsing import on_gpu, parse
from vitscale.backends.prerequisites import refuse_without_gpu
from vitscale.backends.shared.jvm_needs import JAVA_OPTIONS, check_jar
from vitscale.bench.plan import Settings, make_plan
from vitscale.cli import app
from vitscale.errors import GpuError, UsageError
from vitscale.jvm import jar, spark_submit

from tests.fixtures.nvml import FakeDriver, FakeGpu


@pytest.fixture
def no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeDriver(missing=pynvml.NVMLError_LibraryNotFound).install(monkeypatch)


def written_jar(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, b"")
    return path


@pytest.mark.usefixtures("no_driver")
def test_backends_on_processors_need_no_driver() -> None:
    refuse_without_gpu([parse("huggingface"), parse("onnxruntime:threads=2"), parse("openvino")])


@pytest.mark.usefixtures("no_driver")
@pytest.mark.parametrize("name", ["huggingface", "onnxruntime", "vitscale", "forward", "spark-nlp"])
def test_without_a_driver_no_backend_starts(
    name: str, tiny_model: Path, photos: Path, tmp_path: Path
) -> None:
    with pytest.raises(GpuError, match="no NVIDIA driver"):
        make_plan(
            images=photos,
            model=tiny_model,
            backends=[name],
            batch_sizes=[1],
            output=tmp_path / "results.json",
            settings=Settings(),
            on_gpu=True,
        )
    assert not (tmp_path / "results.json").exists()


def test_more_gpus_than_there_are_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeDriver([FakeGpu(), FakeGpu()]).install(monkeypatch)
    with pytest.raises(GpuError, match=r"forward:device=gpu,gpus=3: this machine has 2 GPUs"):
        refuse_without_gpu([parse("forward:device=gpu,gpus=3")])


def test_an_onnxruntime_without_cuda_names_the_package_to_install() -> None:
    import onnxruntime

    wanted = f"pip install onnxruntime-gpu=={onnxruntime.__version__}"
    with pytest.raises(GpuError, match=wanted):
        check_onnxruntime(onnxruntime.__version__, ["AzureExecutionProvider", "CPUExecutionProvider"])
    check_onnxruntime(onnxruntime.__version__, ["CUDAExecutionProvider", "CPUExecutionProvider"])


def test_a_torch_without_cuda_or_device_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeDriver().install(monkeypatch)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", "13.4")
    with pytest.raises(GpuError, match=r"built for CUDA 13\.4; the driver supports CUDA 13\.2 at most"):
        refuse_without_gpu([parse("huggingface:device=gpu")])
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(GpuError, match="was built without CUDA"):
        refuse_without_gpu([parse("huggingface:device=gpu")])
    monkeypatch.setattr(torch.version, "cuda", "13.2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    refuse_without_gpu([parse("huggingface:device=gpu")])


def test_a_jar_for_processors_names_the_command_that_builds_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in JAVA_OPTIONS:
        monkeypatch.delenv(name, raising=False)
    native = "ai/onnxruntime/native/linux-x64/libonnxruntime"
    plain = written_jar(tmp_path / "plain.jar", f"{native}.so", f"{native}4j_jni.so")
    monkeypatch.setattr(jar, "libraries_jar", lambda: plain)
    with pytest.raises(GpuError, match=r"\./sbtw -Dgpu=true pythonJars"):
        check_jar()
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Donnxruntime.native.path=/opt/ort")
    check_jar()
    monkeypatch.delenv("JAVA_TOOL_OPTIONS")
    cuda = written_jar(tmp_path / "gpu.jar", f"{native}.so", f"{native}_providers_cuda.so")
    monkeypatch.setattr(jar, "libraries_jar", lambda: cuda)
    check_jar()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openvino:device=gpu", "has no option 'device=gpu'"),
        ("spark-nlp:engine=tensorflow,device=gpu", "TensorFlow engine runs on CPUs only here"),
        ("vitscale:device=gpu,threads=2", "threads has no effect on a GPU. Remove it"),
        ("onnxruntime:device=gpu,threads=2", "threads has no effect on a GPU. Remove it"),
        ("vitscale:gpus=2", "gpus needs device=gpu and a number of at least 1"),
        ("forward:device=gpu,gpus=0", "gpus needs device=gpu"),
        ("spark-nlp:device=gpu,gpus=2", "has no option 'gpus=2'"),
        ("vitscale:device=cuda", "expected cpu or gpu"),
    ],
)
def test_options_that_say_something_untrue_together_are_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(text)


def test_device_gpu_moves_all_that_can_and_leaves_the_others() -> None:
    named = ["huggingface:dtype=float16", "vitscale", "openvino", "spark-nlp:engine=tensorflow"]
    assert [str(on_gpu(parse(one))) for one in named] == [
        "huggingface:dtype=float16,device=gpu",
        "vitscale:device=gpu",
        "openvino",
        "spark-nlp:engine=tensorflow",
    ]
    with pytest.raises(UsageError, match="Remove it"):
        on_gpu(parse("onnxruntime:threads=2"))


@pytest.mark.usefixtures("no_driver")
def test_the_command_line_ends_with_the_reason(tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    arguments = ["--model", str(tiny_model), "--images", str(photos), "--output", str(tmp_path / "r.json")]
    answer = CliRunner().invoke(app, ["bench", *arguments, "--device", "gpu", "-b", "huggingface"])
    assert isinstance(answer.exception, GpuError) and answer.exception.exit_code == 1
    answer = CliRunner().invoke(app, ["bench", *arguments, "--device", "tpu"])
    assert isinstance(answer.exception, UsageError)
    assert "'tpu'; expected cpu or gpu" in str(answer.exception)


JOB = ["classify", "--images", "photos", "--model", "model", "--output", "predictions"]


@pytest.mark.usefixtures("no_driver")
def test_the_job_asks_for_a_gpu_of_this_machine_only_where_it_runs_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(
        spark_submit, "replace_process", lambda arguments, **_: started.append(list(arguments))
    )
    answer = CliRunner().invoke(app, [*JOB, "--device", "gpu"])
    assert isinstance(answer.exception, GpuError)
    answer = CliRunner().invoke(app, [*JOB, "--gpus", "2"])
    assert "--gpus needs --device gpu" in str(answer.exception)
    assert started == []
    assert CliRunner().invoke(app, JOB).exit_code == 0
    on_cluster = [*JOB, "--device", "gpu", "--gpus", "2", "--master", "spark://127.0.0.1:7077"]
    assert CliRunner().invoke(app, on_cluster).exit_code == 0
    on_processor, on_gpu = started
    assert "--device" not in on_processor and "--gpus" not in on_processor
    assert on_gpu[on_gpu.index("--device") + 1] == "gpu"
    assert on_gpu[on_gpu.index("--gpus") + 1] == "2"
