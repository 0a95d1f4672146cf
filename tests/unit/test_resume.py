"""Killing a real benchmark at any moment loses at most the cell in hand."""

import random
import subprocess
import sys
import time
from pathlib import Path

import psutil
from vitscale.results.document import load_results

VITSCALE = Path(sys.executable).with_name("vitscale")
CELLS = 2 + 3 * 2  # a sweep of two batch sizes, and three rounds of the backend and its control
KILLS = 3
LONGEST_CELL = 3.0


def test_kill_at_any_moment_and_go_on(tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    command = [VITSCALE, "bench", "--images", photos, "--model", tiny_model, "-o", output, "-b", "vitscale"]
    command += ["--batch-size", "1,2", "--forks", "3", "--parity-images", "0", "--stage-images", "0"]
    moments = random.Random(5)
    kept: set[str] = set()
    for _ in range(KILLS):
        kept = kill_after_progress(command, output, moments.uniform(0, LONGEST_CELL), kept)
    assert subprocess.run(command, capture_output=True, timeout=120, check=False).returncode == 0
    assert kept < runs(output)
    assert len(runs(output)) == CELLS
    assert {row["control"] for row in load_results(output)["comparisons"]} == {True}


def kill_after_progress(command: list[object], output: Path, delay: float, kept: set[str]) -> set[str]:
    """Kill a run some time after it measured something new, check what it left, and return that."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.time() + 60
    while len(runs(output)) <= len(kept):
        assert process.poll() is None
        assert time.time() < deadline, "nothing was measured"
        time.sleep(0.1)
    time.sleep(delay)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    assert kept < runs(output)
    return runs(output)


def runs(output: Path) -> set[str]:
    if not output.exists():
        return set()
    return {str(run) for row in load_results(output)["benchmarks"] for run in row["runs"]}
