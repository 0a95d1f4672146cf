"""Ctrl-C and SIGTERM are obeyed within seconds, also while the job waits for executors that others hold."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from vitscale.cluster import Cluster, Layout, local_cluster

from tests.job.corpus import write_good
from tests.job.faults import OFTEN, write_images
from tests.job.jobs import VisibleRows, by_path, classify, finish, start
from tests.waiting import wait_until

SECONDS = 10  # on a machine that is busy with other tests; alone it takes 1
PATIENCE_SECONDS = 120

HOLD_ALL_CORES = """
import sys
import vitscale
spark = vitscale.start(sys.argv[1], "512m", {"spark.executor.memory": "512m"})
print(spark.sparkContext.parallelize(range(4), 4).count(), flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def busy_cluster() -> Iterator[Cluster]:
    """A cluster whose only core belongs to another application."""
    with local_cluster(Layout(workers=1, cores=1, memory="1g")) as cluster:
        other = subprocess.Popen(
            [sys.executable, "-c", HOLD_ALL_CORES, cluster.master],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **cluster.environment},
        )
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "4"
        yield cluster
        other.communicate("end\n", timeout=PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("interrupts") / "images"
    write_good(folder, 8)
    return folder


def wait_on_busy_cluster(cluster: Cluster, images: Path, output: Path) -> subprocess.Popen[str]:
    """Start the job, and return it when it has opened its output and waits for executors."""
    options = ("--conf", "spark.executor.memory=512m", "--master", cluster.master)
    process = start(images, output, *options, **cluster.environment)
    staging = output / "_vitscale" / "staging"
    wait_until(lambda: any(staging.glob("*")), "the job opened no output", of=process)
    time.sleep(2)
    assert process.poll() is None
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_job_that_waits_for_executors_ends_and_leaves_nothing(
    busy_cluster: Cluster, images: Path, tmp_path: Path, number: signal.Signals
) -> None:
    process = wait_on_busy_cluster(busy_cluster, images, tmp_path / "out")
    began = time.monotonic()
    process.send_signal(number)
    done = finish(process)
    seconds = time.monotonic() - began
    print(f"{number.name}: ended after {seconds:.2f} s")
    assert done.exit_code == 130, done.stderr
    assert seconds < SECONDS
    assert "interrupted before the first image" in done.stderr
    assert "\tat " not in done.stderr
    assert not (tmp_path / "out").exists()


def test_rows_of_an_earlier_run_stay_as_they_were(
    busy_cluster: Cluster, images: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    assert classify(images / "class 0", output).exit_code == 0
    before = by_path(output, "predictions"), json.loads((output / "ledger.json").read_text())
    process = wait_on_busy_cluster(busy_cluster, images, output)
    process.send_signal(signal.SIGTERM)
    done = finish(process)
    assert done.exit_code == 130 and done.ledger is None, done.stderr
    assert (by_path(output, "predictions"), json.loads((output / "ledger.json").read_text())) == before
    assert not any((output / "_vitscale" / "staging").glob("*/*"))
    assert classify(images, output).exit_code == 0


def test_a_run_whose_executors_are_all_gone_keeps_its_rows_and_says_that_nobody_counted_them(
    tmp_path: Path,
) -> None:
    write_images(tmp_path / "images")
    output = tmp_path / "out"
    with local_cluster(Layout(workers=1, cores=1, memory="1g")) as cluster:
        options = ("--conf", "spark.executor.memory=512m", "--master", cluster.master, *OFTEN)
        process = start(tmp_path / "images", output, *options, **cluster.environment)
        rows = VisibleRows(output)
        wait_until(lambda: rows.count() > 0, "the job wrote no row", of=process)
        worker = cluster.daemons[1]
        for one in [worker, *worker.children(recursive=True)]:
            one.kill()
        process.send_signal(signal.SIGINT)
        done = finish(process)
    assert done.exit_code == 130, done.stderr
    assert done.ledger is not None and done.ledger == json.loads((output / "ledger.json").read_text())
    assert "were not counted again" in done.stderr
    assert done.ledger["status"] == "interrupted" and done.ledger["output"] is None
    written = [by_path(output, table).keys() for table in ("predictions", "quarantine")]
    assert [len(paths) for paths in written] == [done.ledger["predicted"], done.ledger["quarantined"]]
    assert done.ledger["files"] == sum(map(len, written)) + done.ledger["not_done"]
    assert done.ledger["not_done"] > 0
