"""The local cluster: real daemons, real executors, and nothing left of them."""

import json
import os
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import vitscale
from typer.testing import CliRunner
from vitscale.cli.app import app
from vitscale.cluster import Cluster, Layout, local_cluster
from vitscale.cluster.daemon import Daemon
from vitscale.cluster.settings import write_settings
from vitscale.errors import ClusterError, UsageError

from tests.waiting import wait_until

ALL_EXECUTORS = """
import time
def wait_for_both(spark):
    status = spark.sparkContext._jsc.sc().getExecutorMemoryStatus
    for _ in range(600):
        if status().size() == 3: return  # with the driver
        time.sleep(0.1)
"""
"""A short job is over before a busy machine has started the second executor."""

CLASSIFY = f"""{ALL_EXECUTORS}
import json, sys
import vitscale
from vitscale.ml import ViTImageClassifier
master, photos, model = sys.argv[1:]
spark = vitscale.start(master, "1g", {{"spark.executor.memory": "1g"}})
wait_for_both(spark)
files = spark.read.format("binaryFile").option("recursiveFileLookup", True).load(photos).repartition(4)
rows = ViTImageClassifier(modelPath=model, topK=1).transform(files).select("path", "classification").collect()
answers = {{row.path: row.classification.predictions[0].label for row in rows}}
executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
print(json.dumps({{"answers": answers, "executors": executors}}), flush=True)
sys.stdin.readline()
"""

HOLD = f"""{ALL_EXECUTORS}
import os
import vitscale
from vitscale.cluster import local_cluster
with local_cluster() as cluster:
    os.environ.update(cluster.environment)
    spark = vitscale.start(cluster.master, "512m", {{"spark.executor.memory": "512m"}})
    wait_for_both(spark)
    print(*[process.pid for process in [*cluster.daemons, *cluster.executors]], flush=True)
    time.sleep(600)
"""


def run_python(code: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    )


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the process ended without an answer"
    return line


def wait_until_gone(pids: list[int]) -> None:
    wait_until(
        lambda: not any(psutil.pid_exists(pid) and not is_zombie(pid) for pid in pids),
        f"one of the processes {pids} is still there",
    )


def is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def secret_of(cluster: Cluster) -> str:
    lines = (cluster.folder / "conf" / "spark-defaults.conf").read_text().splitlines()
    (secret,) = [line.split()[1] for line in lines if line.startswith("spark.authenticate.secret ")]
    return secret


@pytest.fixture(scope="module")
def classifying(cluster: Cluster, photos: Path, tiny_model: Path) -> "tuple[subprocess.Popen[str], dict]":
    """An application that has classified the photos on the cluster and still holds its executors."""
    driver = run_python(CLASSIFY, cluster.master, str(photos), str(tiny_model), **cluster.environment)
    yield driver, json.loads(line_of(driver))
    driver.communicate("end\n", timeout=60)


def test_two_executors_give_the_answers_of_one_process(
    classifying: "tuple[subprocess.Popen[str], dict]", photos: Path, tiny_model: Path
) -> None:
    found = classifying[1]
    expected = {
        file: labels[0]["label"]
        for file, labels in vitscale.ViT(tiny_model).classify(photos, top_k=1).items()
    }
    by_file = {path.split(f"{photos}/")[1]: label for path, label in found["answers"].items()}
    assert by_file == expected
    assert found["executors"] == 2


@pytest.mark.usefixtures("classifying")
def test_everything_listens_on_loopback_alone(cluster: Cluster) -> None:
    processes = [*cluster.daemons, *cluster.executors]
    assert len(processes) == 5
    for process in processes:
        listening = [one for one in process.net_connections() if one.status == psutil.CONN_LISTEN]
        assert listening
        assert {one.laddr.ip for one in listening} <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}


@pytest.mark.usefixtures("classifying")
def test_the_secret_is_in_one_protected_file_and_nowhere_else(
    cluster: Cluster, classifying: "tuple[subprocess.Popen[str], dict]"
) -> None:
    secret = secret_of(cluster)
    assert len(secret) == 64
    conf = cluster.folder / "conf"
    assert stat.S_IMODE(conf.stat().st_mode) == 0o700
    assert stat.S_IMODE((conf / "spark-defaults.conf").stat().st_mode) == 0o600
    driver = psutil.Process(classifying[0].pid)
    for process in [*cluster.daemons, *cluster.executors, driver]:
        assert secret not in " ".join(process.cmdline())
    for child in driver.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # some end at once, as Hadoop's calls of a shell do
            assert secret not in " ".join(child.cmdline())
    written = [path for path in cluster.folder.rglob("*") if path.is_file() and path.parent != conf]
    assert any("stderr" in path.name for path in written)
    for path in written:
        assert secret.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("settings", ["another secret", "no authentication"])
def test_who_does_not_know_the_secret_is_refused(cluster: Cluster, tmp_path: Path, settings: str) -> None:
    write_settings(tmp_path)
    if settings == "no authentication":
        (tmp_path / "spark-defaults.conf").write_text("")
    environment = {**cluster.environment, "SPARK_CONF_DIR": str(tmp_path)}
    arguments = ["org.apache.spark.deploy.worker.Worker", cluster.master, "--host", "127.0.0.1"]
    arguments += ["--work-dir", str(tmp_path / "work"), "--webui-port", "0"]
    stranger = Daemon(arguments, tmp_path / "stranger.log", environment, with_parent=True)
    try:
        stranger.wait_for(r"(Failed to connect to master)")
        assert "Successfully registered" not in (tmp_path / "stranger.log").read_text()
    finally:
        stranger.process.kill()
    master_log = (cluster.folder / "logs" / "master.log").read_text()
    assert master_log.count("Registering worker") == 2


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGINT])
def test_it_ends_with_the_process_that_runs_it(ended_by: signal.Signals) -> None:
    holder = run_python(HOLD)
    pids = [int(pid) for pid in line_of(holder).split()]
    assert len(pids) == 5
    holder.send_signal(ended_by)
    holder.wait(timeout=60)
    wait_until_gone(pids)


def test_from_the_command_line_it_stays_until_it_is_stopped(tmp_path: Path) -> None:
    run = CliRunner().invoke
    folder = ["--folder", str(tmp_path / "cluster")]
    started = run(app, ["cluster", "start", "--workers", "1", "--port", "0", *folder])
    assert started.exit_code == 0, started.output
    cluster = Cluster.find(tmp_path / "cluster")
    try:
        assert f"SPARK_CONF_DIR={tmp_path / 'cluster' / 'conf'}" in started.output
        assert cluster.master in started.output
        assert len(cluster.daemons) == 2
        again = run(app, ["cluster", "start", *folder])
        assert isinstance(again.exception, UsageError)
        assert cluster.is_running
        assert run(app, ["cluster", "stop", *folder]).exit_code == 0
        wait_until_gone([daemon.pid for daemon in cluster.daemons])
    finally:
        cluster.stop()
    assert isinstance(run(app, ["cluster", "stop", *folder]).exception, ClusterError)


def test_a_cluster_that_does_not_start_says_why_and_leaves_nothing() -> None:
    before = masters_of_this_process()
    with (
        pytest.raises(ClusterError, match=r"master ended(.|\n)*between 1024 and"),
        local_cluster(Layout(port=70000)),
    ):
        pass
    wait_until_gone(list(masters_of_this_process() - before))


def test_a_size_that_spark_does_not_know_is_a_users_mistake() -> None:
    with pytest.raises(UsageError, match=r"memory of a worker is 'much'; expected e.g. 900m"):
        Layout(memory="much")


def masters_of_this_process() -> set[int]:
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "deploy.master" in str(child.cmdline()):
                found.add(child.pid)
    return found


def test_a_record_of_a_dead_cluster_does_not_stand_in_the_way(tmp_path: Path) -> None:
    record = {"master": "spark://127.0.0.1:1", "daemons": [[os.getpid(), 0.0]]}
    (tmp_path / "cluster.json").write_text(json.dumps(record))
    found = Cluster.find(tmp_path)
    assert not found.is_running
    found.stop()
    assert not (tmp_path / "cluster.json").exists()


def test_pinned_workers_and_their_executors_have_a_processor_of_their_own(
    photos: Path, tiny_model: Path
) -> None:
    with local_cluster(Layout(is_pinned=True)) as pinned:
        driver = run_python(CLASSIFY, pinned.master, str(photos), str(tiny_model), **pinned.environment)
        assert json.loads(line_of(driver))["executors"] == 2
        used = [
            frozenset().union(*(os.sched_getaffinity(thread.id) for thread in executor.threads()))
            for executor in pinned.executors
        ]
        driver.communicate("end\n", timeout=60)
    assert len(used) == len(set(used)) == 2
    assert all(len(processors) == 1 for processors in used)


def test_more_pinned_workers_than_processors_are_refused() -> None:
    too_many = Layout(cores=len(os.sched_getaffinity(0)), is_pinned=True)
    with pytest.raises(UsageError, match="Start fewer processes"), local_cluster(too_many):
        pass
