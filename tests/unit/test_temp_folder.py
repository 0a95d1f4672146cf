"""Temporary folders belong to a process, also across exec, and none outlives it for long."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

MAKE = "from vitscale.system.temp_folder import scratch_folder; print(scratch_folder(), flush=True); "
WAIT = "import os, sys; os.execv('/bin/sh', ['sh', '-c', 'read line'])"


def holder(folder: Path) -> "tuple[subprocess.Popen[str], Path]":
    """Start a process that makes a folder and then becomes a shell."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAKE + WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_folder_of_a_killed_process_goes_away_and_that_of_a_living_one_stays(
    tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "vitscale-job-of-a-stranger").mkdir()
    first, of_first = holder(tmp_path)
    second, of_second = holder(tmp_path)
    assert of_first.is_dir() and of_second.is_dir() and of_first.parent == tmp_path
    (of_first / "library.so").write_bytes(bytes(10))
    first.send_signal(number)
    first.wait(timeout=30)
    third, of_third = holder(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"vitscale-job-of-a-stranger", of_second.name, of_third.name}
    for process in (second, third):
        process.communicate("end\n", timeout=30)
