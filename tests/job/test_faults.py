"""Faults at random moments, then the same command: every row as in a run that nothing disturbed.

A short version of ``make faults``, which does each 20 times (``VITSCALE_FAULT_ROUNDS=20``).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from vitscale.cluster import Cluster, Layout, local_cluster

from tests.job.corpus import encoded
from tests.job.jobs import Finished, assert_balanced, by_path, classify, finish, start

ROUNDS = int(os.environ.get("VITSCALE_FAULT_ROUNDS", "0"))
SEED = int(os.environ.get("VITSCALE_FAULT_SEED", str(random.randrange(1 << 30))))
FILES, DISTINCT, BAD = 1500, 60, 40
OFTEN = ("--commit-seconds", "0.1")  # so that a kill finds something done, and something half done


@dataclass(frozen=True)
class Undisturbed:
    """The images, and what a run says of them that nothing disturbed."""

    images: Path
    predictions: dict[str, Any]
    quarantine: dict[str, Any]
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("faults")
    images = folder / "images"
    write_images(images)
    began = time.monotonic()
    done = classify(images, folder / "out", *OFTEN)
    seconds = time.monotonic() - began
    assert_balanced(done, folder / "out")
    predictions, quarantine = answers(folder / "out")
    assert (len(predictions), len(quarantine)) == (FILES, BAD)
    assert len({answer[0][0] for answer in predictions.values()}) > 3
    return Undisturbed(images, predictions, quarantine, seconds)


def write_images(folder: Path) -> None:
    """Write many names of a few pictures, and bad files between them."""
    for seed in range(DISTINCT):
        first = folder / f"{seed:02d}" / "0000.jpg"
        first.parent.mkdir(parents=True)
        first.write_bytes(encoded(seed, "JPEG", (500, 375)))
        for number in range(1, FILES // DISTINCT):
            (first.parent / f"{number:04d}.jpg").hardlink_to(first)
    for number in range(BAD):
        (folder / f"{number:02d}" / "bad.jpg").write_bytes(b"no image %d" % number)


def answers(output: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the rows of an output say, without their times."""
    predictions = {
        path: (tuple(row["labels"]), tuple(row["probabilities"]), row["model_sha256"])
        for path, row in by_path(output, "predictions").items()
    }
    quarantine = {
        path: (row["size"], row["stage"], row["reason"])
        for path, row in by_path(output, "quarantine").items()
    }
    return predictions, quarantine


def rounds(short: int) -> Iterator[random.Random]:
    """Yield a random generator for each round; a failure names the seed."""
    for number in range(ROUNDS or short):
        print(f"round {number}, VITSCALE_FAULT_SEED={SEED}")
        yield random.Random(SEED + number)


def assert_no_wrong_row(output: Path, undisturbed: Undisturbed) -> int:
    """Check whatever can be seen after a fault: each row is right, none is there twice."""
    predictions, quarantine = answers(output)
    assert predictions.items() <= undisturbed.predictions.items()
    assert quarantine.items() <= undisturbed.quarantine.items()
    return len(predictions) + len(quarantine)


def assert_as_undisturbed(done: Finished, output: Path, undisturbed: Undisturbed, before: int) -> None:
    ledger = assert_balanced(done, output)
    assert done.exit_code == 1, done.stderr  # the bad images
    assert answers(output) == (undisturbed.predictions, undisturbed.quarantine)
    assert ledger["this_run"]["predicted"] + ledger["this_run"]["quarantined"] == FILES + BAD - before
    shutil.rmtree(output)


def test_kill_of_the_driver(undisturbed: Undisturbed, tmp_path: Path) -> None:
    kept = []
    for rng in rounds(3):
        process = start(undisturbed.images, tmp_path / "out", *OFTEN)
        end_at_random(process, rng, undisturbed.seconds, process.kill)
        kept.append(assert_no_wrong_row(tmp_path / "out", undisturbed))
        done = classify(undisturbed.images, tmp_path / "out", *OFTEN)
        assert_as_undisturbed(done, tmp_path / "out", undisturbed, kept[-1])
    print("rows that the kills left:", kept)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_in_order(
    undisturbed: Undisturbed, tmp_path: Path, number: signal.Signals
) -> None:
    kept = []
    for rng in rounds(1):
        process = start(undisturbed.images, tmp_path / "out", *OFTEN)
        done = end_at_random(process, rng, undisturbed.seconds, lambda p=process: p.send_signal(number))
        kept.append(assert_no_wrong_row(tmp_path / "out", undisturbed))
        # Before the job listens, the signal ends Java as it ends any process.
        assert done.exit_code in (130, -number, 128 + number, *([1] if kept[-1] == FILES + BAD else []))
        if done.ledger is not None:
            ledger = assert_balanced(done, tmp_path / "out")
            assert ledger["predicted"] + ledger["quarantined"] == kept[-1]
        done = classify(undisturbed.images, tmp_path / "out", *OFTEN)
        assert_as_undisturbed(done, tmp_path / "out", undisturbed, kept[-1])
    print("rows that the signals left:", kept)


def end_at_random(
    process: subprocess.Popen[str], rng: random.Random, seconds: float, end: Callable[[], None]
) -> Finished:
    """Do something to a process at a random moment of its run."""
    time.sleep(rng.uniform(0.2, 1.0) * seconds)
    end()
    return finish(process)


@pytest.mark.skipif(os.geteuid() != 0, reason="a file system of its own can be mounted by root alone")
def test_a_full_disk(undisturbed: Undisturbed, tmp_path: Path) -> None:
    kept = []
    for rng in rounds(1):
        with small_disk(tmp_path / "disk", rng.randrange(40, 400)) as disk:
            done = classify(undisturbed.images, disk / "out", *OFTEN)
            assert done.exit_code == 1
            assert "No space left on device" in done.stderr and "run the command again" in done.stderr
            kept.append(assert_no_wrong_row(disk / "out", undisturbed))
            subprocess.run(["mount", "-o", "remount,size=100m", disk], check=True)
            done = classify(undisturbed.images, disk / "out", *OFTEN)
            assert_as_undisturbed(done, disk / "out", undisturbed, kept[-1])
    print("rows that full disks left:", kept)


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


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
    for rng in rounds(1):
        process = on_cluster(cluster, undisturbed, tmp_path / "out", *SPECULATIVE)
        kill_executor(cluster, rng)
        assert_as_undisturbed(finish(process), tmp_path / "out", undisturbed, before=0)


def test_kill_of_both(undisturbed: Undisturbed, tmp_path: Path, cluster: Cluster) -> None:
    kept = []
    for rng in rounds(1):
        process = on_cluster(cluster, undisturbed, tmp_path / "out", *OFTEN)
        kill_executor(cluster, rng)
        end_at_random(process, rng, undisturbed.seconds / 2, process.kill)
        kept.append(assert_no_wrong_row(tmp_path / "out", undisturbed))
        done = finish(on_cluster(cluster, undisturbed, tmp_path / "out", *OFTEN))
        assert_as_undisturbed(done, tmp_path / "out", undisturbed, kept[-1])
    print("rows that the kills left:", kept)


def on_cluster(
    cluster: Cluster, undisturbed: Undisturbed, output: Path, *options: object
) -> subprocess.Popen[str]:
    """Start the job on the cluster."""
    options = ("--conf", "spark.executor.memory=1g", *options, "--master", cluster.master)
    return start(undisturbed.images, output, *options, **cluster.environment)


def kill_executor(cluster: Cluster, rng: random.Random) -> None:
    """Kill one of the executors at a random moment after it has started."""
    deadline = time.monotonic() + 120
    while not (executors := list(cluster.executors)):
        assert time.monotonic() < deadline, "no executor started"
        time.sleep(0.1)
    time.sleep(rng.uniform(0, 8))
    with suppress(psutil.NoSuchProcess):
        rng.choice(executors).kill()
