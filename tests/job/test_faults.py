"""Faults at random moments, then the same command: every row as in an undisturbed run.

A short version of ``make faults``, which does each 20 times (``VITSCALE_FAULT_ROUNDS=20``).
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.job.faults import (
    BAD,
    FILES,
    OFTEN,
    Undisturbed,
    assert_as_undisturbed,
    assert_no_wrong_row,
    assert_spread,
    rounds,
)
from tests.job.jobs import assert_balanced, classify, finish, start


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
            assert ledger["predicted"] + ledger["quarantined"] == kept >= struck[-1]
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
            assert "No space left on device" in done.stderr and "repeat the command" in done.stderr
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
