"""How many tasks share a GPU, against Spark's own arithmetic, and the script that tells Spark the GPUs."""

import json
import os
import subprocess
import sys
from math import floor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner
from vitscale.cli import app
from vitscale.errors import ResultsError, UsageError
from vitscale.gpu.scheduling import GpuPlan, Speeds, discovery_script, plan_gpus
from vitscale.results.document import write_results
from vitscale.sizing.gpu_speeds import measured_speeds

from tests.fixtures.gpu_results import gpu_suite, on_gpu, shown
from tests.fixtures.results import benchmark

positive = st.floats(0.1, 1e5)
ROUNDING = 1e-9


@given(
    st.integers(1, 512),
    st.integers(1, 16),
    st.integers(1, 16),
    st.integers(1, 32),
    st.tuples(positive, positive),
)
def test_a_plan_never_wants_more_than_there_is_and_feeds_a_gpu_where_it_can(
    cores: int, gpus: int, in_each: int, tasks: int, rates: tuple[float, float]
) -> None:
    core_rate, gpu_rate = rates
    used = gpus // in_each * in_each
    if in_each > gpus or cores < used:
        with pytest.raises(UsageError):
            plan(cores, gpus, in_each, tasks)
        return
    found = plan(cores, gpus, in_each, tasks, Speeds(core_rate, gpu_rate))
    assert found.executors_per_node * found.gpus_per_executor == used
    assert found.executors_per_node * found.cores_per_executor <= cores
    per_gpu = found.tasks_per_gpu * found.task_cpus
    assert found.cores_per_executor == per_gpu * in_each
    assert found.tasks_per_gpu == min(tasks, cores // used)
    # Cores enough to keep the GPU busy, or all that it can have; and not one more for each task.
    fed = per_gpu * core_rate >= gpu_rate * (1 - ROUNDING)
    full = per_gpu + found.tasks_per_gpu > cores // used
    assert fed or full
    assert found.task_cpus == 1 or (per_gpu - found.tasks_per_gpu) * core_rate < gpu_rate * (1 + ROUNDING)
    assert floor(1 / float(found.task_gpus)) == found.tasks_per_gpu


def plan(cores: int, gpus: int, in_each: int, tasks: int = 2, speeds: Speeds | None = None) -> GpuPlan:
    return plan_gpus(
        cores_per_node=cores,
        gpus_per_node=gpus,
        gpus_per_executor=in_each,
        tasks_per_gpu=tasks,
        speeds=speeds,
    )


def test_the_settings_and_the_reasons_of_a_machine_with_four_gpus() -> None:
    found = plan(64, 4, 1, 2, Speeds(core_images_per_sec=150.0, gpu_images_per_sec=1200.0))
    assert found.settings["spark.executor.resource.gpu.amount"] == "1"
    assert found.settings["spark.task.resource.gpu.amount"] == "0.5"
    assert found.worker_settings["spark.worker.resource.gpu.amount"] == "4"
    assert (found.executors_per_node, found.tasks_per_gpu, found.task_cpus) == (4, 2, 4)
    assert found.cores_per_executor == 8
    executors, cores, tasks = found.reasons
    assert executors == "Executors: 4 GPUs of a machine / 1 in each = 4."
    assert cores == (
        "8 cores for each GPU of at most 16 (64 cores / 4 GPUs): they keep it busy (1,200 images/s / 150.0 "
        "that a core prepares; an estimate)."
    )
    assert tasks.startswith("2 tasks of 4 cores each share a GPU")


def test_too_few_cores_are_called_what_bounds_it() -> None:
    found = plan(8, 2, 2, 2, Speeds(150.0, 1200.0))
    assert (found.tasks_per_gpu, found.task_cpus) == (2, 2)
    assert "decoding is the bottleneck" in found.reasons[1]
    assert "the GPU is busy about 50% of the time (an estimate)" in found.reasons[1]
    assert "1 GPUs stay idle" in plan(8, 3, 2).reasons[0]


def test_speeds_come_from_what_was_measured(tmp_path: Path) -> None:
    results = gpu_suite()
    write_results(results, tmp_path / "gpu.json")
    found = measured_speeds(tmp_path / "gpu.json")
    assert found.core_images_per_sec == pytest.approx(1000 / (0.2 + 3.0 + 2.0 + 0.4))
    assert found.gpu_images_per_sec == pytest.approx(900, rel=0.01)
    alone = on_gpu(benchmark("forward", 128, [1.0, 4000.0]), shown(99), gpus=2, precision="fp16")
    results["benchmarks"].append(alone)
    write_results(results, tmp_path / "gpu.json")
    assert measured_speeds(tmp_path / "gpu.json").gpu_images_per_sec == pytest.approx(2000)
    results["stages"] = []
    write_results(results, tmp_path / "gpu.json")
    with pytest.raises(ResultsError, match=r"lacks the stages of vitscale\. Measure it"):
        measured_speeds(tmp_path / "gpu.json")


def test_the_command_prints_settings_for_a_machine_with_gpus(tiny_model: Path) -> None:
    asked = ["sizing", "--model", str(tiny_model), "--cores", "16", "--gpus-per-node", "2", "--json", "-"]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 0
    found = json.loads(answer.stdout)
    assert found["settings"]["spark.executor.cores"] == "8"
    assert found["settings"]["spark.task.cpus"] == "4"
    assert found["settings"]["spark.task.resource.gpu.amount"] == "0.5"
    assert Path(found["settings"]["spark.executor.resource.gpu.discoveryScript"]).is_file()
    assert found["gpu"]["executors_per_node"] == 2
    assert any("all of them, since no speeds are given" in reason for reason in found["reasons"])
    answer = CliRunner().invoke(app, [*asked, "--task-cpus", "2"])
    assert isinstance(answer.exception, UsageError)
    answer = CliRunner().invoke(app, [*asked, "--gpu-images-per-sec", "2000"])
    assert "together, or --results" in str(answer.exception)


def run_script(tmp_path: Path, answer: str | None) -> subprocess.CompletedProcess[str]:
    tools = tmp_path / "bin"
    tools.mkdir()
    if answer is not None:
        fake = tools / "nvidia-smi"
        fake.write_text(f"#!/bin/sh\nprintf '{answer}'\n")
        fake.chmod(0o755)
    for name in ("bash", "paste", "sed"):
        (tools / name).symlink_to(
            next(Path(one) / name for one in os.environ["PATH"].split(":") if (Path(one) / name).exists())
        )
    return subprocess.run(
        [discovery_script()], capture_output=True, text=True, env={"PATH": str(tools)}, check=False
    )


@pytest.mark.parametrize(
    ("answer", "addresses"), [("0\\n", ["0"]), ("0\\n1\\n2\\n3\\n", ["0", "1", "2", "3"])]
)
def test_the_script_prints_what_spark_reads(tmp_path: Path, answer: str, addresses: list[str]) -> None:
    found = run_script(tmp_path, answer)
    assert json.loads(found.stdout) == {"name": "gpu", "addresses": addresses}
    assert found.returncode == 0


@pytest.mark.parametrize(("answer", "message"), [(None, "there is no nvidia-smi"), ("", "lists no GPU")])
def test_the_script_fails_with_the_reason(tmp_path: Path, answer: str | None, message: str) -> None:
    found = run_script(tmp_path, answer)
    assert (found.returncode, found.stdout) == (1, "")
    assert message in found.stderr


IN_SPARK = """
import json, sys
from pyspark.sql import SparkSession
spark = (
    SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.resource.gpu.amount", "2")
    .config("spark.driver.resource.gpu.discoveryScript", sys.argv[1])
    .getOrCreate()
)
utils = spark._jvm.org.apache.spark.resource.ResourceUtils
amounts = json.loads(sys.argv[2])
parts = {t: utils.calculateAmountAndPartsForFraction(float(a))._2() for t, a in amounts.items()}
addresses = list(spark.sparkContext.resources["gpu"].addresses)
print(json.dumps({"addresses": addresses, "parts": parts}))
"""


def test_spark_itself_reads_the_script_and_gives_a_gpu_to_as_many_tasks(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "nvidia-smi").write_text("#!/bin/sh\nprintf '0\\n1\\n'\n")
    (tools / "nvidia-smi").chmod(0o755)
    counts = [1, 2, 3, 5, 7, 12, 48, 99, 333, 900]
    amounts = {str(count): plan(count, 1, 1, count).task_gpus for count in counts}
    answer = subprocess.run(
        [sys.executable, "-c", IN_SPARK, discovery_script(), json.dumps(amounts)],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", **java_home()},
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    found = json.loads(answer.stdout)
    assert found["addresses"] == ["0", "1"]
    assert {int(count): parts for count, parts in found["parts"].items()} == {
        count: count for count in counts
    }


def java_home() -> dict[str, str]:
    from vitscale.jvm.java import find_java

    return {"JAVA_HOME": str(find_java().home), "SPARK_LOCAL_IP": "127.0.0.1"}
