"""Faults of executors, and speculation, on a real cluster: every row as in an undisturbed run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from vitscale.cluster import Cluster, Layout, local_cluster

from tests.job.faults import (
    BAD,
    FILES,
    OFTEN,
    Moment,
    Undisturbed,
    assert_as_undisturbed,
    assert_no_wrong_row,
    assert_spread,
    rounds,
)
from tests.job.jobs import VisibleRows, finish, start
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with local_cluster(Layout(workers=2, cores=1, memory="1g")) as running:
        yield running


SPECULATIVE = (
    "--conf", "spark.speculation=true",
    "--conf", "spark.speculation.quantile=0.1",
    "--conf", "spark.speculation.multiplier=1.0",
    "--conf", "spark.speculation.interval=20ms",
    "--conf", "spark.speculation.minTaskRuntime=0",
)  # fmt: skip


def test_speculative_execution(undisturbed: Undisturbed, tmp_path: Path, cluster: Cluster) -> None:
    for _ in rounds(1):
        done = on_cluster(cluster, undisturbed, tmp_path / "out", *SPECULATIVE)
        assert_as_undisturbed(finish(done), tmp_path / "out", undisturbed, before=0)


def test_kill_of_an_executor(undisturbed: Undisturbed, tmp_path: Path, cluster: Cluster) -> None:
    struck = []
    for moment in rounds(1):
        process = on_cluster(cluster, undisturbed, tmp_path / "out", *SPECULATIVE, *OFTEN)
        struck.append(strike_executor(moment, process, tmp_path / "out", cluster))
        assert_as_undisturbed(finish(process), tmp_path / "out", undisturbed, before=0)
    assert_spread(struck)


def test_kill_of_both(undisturbed: Undisturbed, tmp_path: Path, cluster: Cluster) -> None:
    struck = []
    for moment in rounds(1):
        process = on_cluster(cluster, undisturbed, tmp_path / "out", *OFTEN)
        strike_executor(moment, process, tmp_path / "out", cluster)
        later = Moment(max(0, moment.share) + moment.rng.random() * 0.1, moment.rng)
        struck.append(later.strike(process, tmp_path / "out", process.kill))
        finish(process)
        kept = assert_no_wrong_row(tmp_path / "out", undisturbed)
        done = finish(on_cluster(cluster, undisturbed, tmp_path / "out", *OFTEN))
        assert_as_undisturbed(done, tmp_path / "out", undisturbed, kept)
    assert_spread(struck)


def on_cluster(
    cluster: Cluster, undisturbed: Undisturbed, output: Path, *options: object
) -> subprocess.Popen[str]:
    """Start the job on the cluster."""
    options = ("--conf", "spark.executor.memory=1g", *options, "--master", cluster.master)
    return start(undisturbed.images, output, *options, **cluster.environment)


def strike_executor(moment: Moment, process: subprocess.Popen[str], output: Path, cluster: Cluster) -> int:
    """Kill one of the run's executors at a moment, which cannot come before there is one.

    Returns how many images had a row then: all of them, if the run was over before the fault came.
    """
    killed = []

    def kill() -> bool:
        with suppress(psutil.NoSuchProcess, IndexError):  # none yet, or it ends at this moment
            executor = moment.rng.choice(executors_of(process, cluster))
            executor.kill()
            killed.append(executor)
        return bool(killed) or process.poll() is not None

    done = moment.strike(process, output, lambda: wait_until(kill, "no executor started"))
    if not killed:
        done = VisibleRows(output).count()
        assert done == FILES + BAD, "the run ended before it was done, and nothing was killed"
    return done


def executors_of(process: subprocess.Popen[str], cluster: Cluster) -> list[psutil.Process]:
    """Return the executors of one run; those of the run before may still be ending."""
    began = psutil.Process(process.pid).create_time()
    return [executor for executor in cluster.executors if executor.create_time() > began]
