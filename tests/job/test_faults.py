"""Faults at random moments spread over the run, then the same command: every row as in an undisturbed run.

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
from tests.job.jobs import Finished, VisibleRows, assert_balanced, by_path, classify, finish, start

ROUNDS = int(os.environ.get("VITSCALE_FAULT_ROUNDS", "0"))
SEED = int(os.environ.get("VITSCALE_FAULT_SEED", str(random.randrange(1 << 30))))
FILES, DISTINCT, BAD = 1500, 60, 40
LATEST = 0.8  # of the work: later, the run may be over before the fault comes
START_SECONDS = 6
OFTEN = ("--commit-seconds", "0.1")  # so that a kill finds something done, and something half done


@dataclass(frozen=True)
class Undisturbed:
    """The images, and what a run says of them that nothing disturbed."""

    images: Path
    predictions: dict[str, Any]
    quarantine: dict[str, Any]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("faults")
    images = folder / "images"
    write_images(images)
    done = classify(images, folder / "out", *OFTEN)
    assert_balanced(done, folder / "out")
    predictions, quarantine = answers(folder / "out")
    assert (len(predictions), len(quarantine)) == (FILES, BAD)
    assert len({answer[0][0] for answer in predictions.values()}) > 3
    return Undisturbed(images, predictions, quarantine)


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


@dataclass(frozen=True)
class Moment:
    """When a fault strikes.

    Attributes
    ----------
    share : float
        After so much of the images has a row; negative: before the first one, while the job starts.
    rng : random.Random
        For what else is random in the round.
    """

    share: float
    rng: random.Random

    def strike(self, process: subprocess.Popen[str], output: Path, fault: Callable[[], object]) -> float:
        """Wait for the moment and let the fault happen; return the share that had a row then."""
        rows = VisibleRows(output)
        if self.share < 0:
            time.sleep(self.rng.uniform(0.1, 1) * START_SECONDS)
        while process.poll() is None and rows.count() < self.share * (FILES + BAD):
            time.sleep(0.02)
        time.sleep(self.rng.uniform(0, 0.1))
        done = rows.count() / (FILES + BAD)
        fault()
        return done


def rounds(short: int) -> Iterator[Moment]:
    """Yield a moment for each round, spread evenly over the run, each fourth before the first row.

    A failure names the seed.
    """
    count = ROUNDS or short
    for number in range(count):
        print(f"round {number}, VITSCALE_FAULT_SEED={SEED}")
        rng = random.Random(SEED + number)
        yield Moment(-1 if number % 4 == 3 else 0.01 + LATEST * (number + rng.random()) / count, rng)


def assert_spread(struck: list[float]) -> None:
    """Check that faults did not only come when the work was done, nor only before it began."""
    print("share of the images done when the fault came:", [round(share, 2) for share in struck])
    assert min(struck) < 1
    assert any(0 < share < 1 for share in struck)


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
    struck = []
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for moment in rounds(3):
        process = start(undisturbed.images, tmp_path / "out", *OFTEN, TMPDIR=str(temporary))
        struck.append(moment.strike(process, tmp_path / "out", process.kill))
        finish(process)
        kept = assert_no_wrong_row(tmp_path / "out", undisturbed)
        done = classify(undisturbed.images, tmp_path / "out", *OFTEN, TMPDIR=str(temporary))
        assert_as_undisturbed(done, tmp_path / "out", undisturbed, kept)
        assert len(list(temporary.iterdir())) == 1, "the next run clears away what the killed one left"
    assert_spread(struck)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_in_order(
    undisturbed: Undisturbed, tmp_path: Path, number: signal.Signals
) -> None:
    struck = []
    for moment in rounds(1):
        process = start(undisturbed.images, tmp_path / "out", *OFTEN)
        struck.append(moment.strike(process, tmp_path / "out", lambda p=process: p.send_signal(number)))
        done = finish(process)
        kept = assert_no_wrong_row(tmp_path / "out", undisturbed)
        if done.ledger is not None:
            ledger = assert_balanced(done, tmp_path / "out")
            assert ledger["predicted"] + ledger["quarantined"] == kept >= struck[-1] * (FILES + BAD)
            assert (done.exit_code, ledger["status"]) == (130, "interrupted") or kept == FILES + BAD
        else:
            # Before the job listens, the signal ends Java as it ends any process.
            assert kept == 0 and done.exit_code in (130, -number, 128 + number)
        done = classify(undisturbed.images, tmp_path / "out", *OFTEN)
        assert_as_undisturbed(done, tmp_path / "out", undisturbed, kept)
    assert_spread(struck)


@pytest.mark.skipif(os.geteuid() != 0, reason="a file system of its own can be mounted by root alone")
def test_a_full_disk(undisturbed: Undisturbed, tmp_path: Path) -> None:
    kept = []
    for moment in rounds(1):
        with small_disk(tmp_path / "disk", moment.rng.randrange(40, 400)) as disk:
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


def strike_executor(moment: Moment, process: subprocess.Popen[str], output: Path, cluster: Cluster) -> float:
    """Kill one of the executors at a moment, which cannot come before there is one."""
    deadline = time.monotonic() + 120
    while not cluster.executors:
        assert time.monotonic() < deadline, "no executor started"
        time.sleep(0.1)
    killed = []

    def kill() -> None:
        with suppress(psutil.NoSuchProcess, IndexError):  # it may end with the run at this moment
            executor = moment.rng.choice(cluster.executors)
            executor.kill()
            killed.append(executor)

    share = moment.strike(process, output, kill)
    assert killed or share == 1
    return share
