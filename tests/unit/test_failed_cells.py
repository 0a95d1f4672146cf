"""A cell whose process dies becomes a row with its reason, and the others go on: real processes, ended."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
from vitscale.results.document import load_results

from tests.waiting import wait_until

VITSCALE = Path(sys.executable).with_name("vitscale")
ADDRESS_SPACE = 4 << 30
"""Enough for ONNX Runtime, and for a JVM, whose heap follows this limit."""
GREEDY_JAVA = "-XX:ReservedCodeCacheSize=2g"
"""More than is left of it beside the heap."""


def command(photos: Path, model: Path, output: Path, *options: str) -> list[object]:
    start = [VITSCALE, "bench", "--images", photos, "--model", model, "-o", output, "--forks", "1"]
    return [*start, "--parity-images", "0", "--stage-images", "0", *options]


def by_backend(output: Path) -> dict[str, Any]:
    return {row["backend"]: row for row in load_results(output)["benchmarks"]}


def assert_one_failed(output: Path, failed: str, measured: str, *reasons: str) -> None:
    rows = by_backend(output)
    assert rows[failed]["error"]["type"] == "ProcessError"
    assert rows[failed]["samples_per_sec"] is None
    for reason in reasons:
        assert reason in rows[failed]["error"]["message"]
    assert rows[measured]["error"] is None
    assert rows[measured]["samples_per_sec"]["median"] > 0


def test_a_killed_cell_is_a_row_with_its_reason(tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    options = ["-b", "vitscale", "-b", "onnxruntime", "--batch-size", "4", "--min-seconds", "4"]
    bench = subprocess.Popen(
        command(photos, tiny_model, output, *options),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    java = wait_until(
        lambda: _children(bench.pid, "vitscale.bench.BenchmarkMain"),
        "no JVM was started",
        seconds=60,
        of=bench,
    )
    java[0].kill()  # as the kernel does where memory is short
    _, said = bench.communicate(timeout=120)
    assert bench.returncode == 1
    assert "Traceback" not in said
    assert_one_failed(output, "vitscale", "onnxruntime", "SIGKILL", "ran out of memory", "smaller batch size")


def test_a_cell_without_memory_is_a_row_with_its_reason(
    tiny_model: Path, photos: Path, tmp_path: Path
) -> None:
    output, page = tmp_path / "results.json", tmp_path / "report.html"
    options = ["-b", "vitscale", "-b", "onnxruntime", "--batch-size", "4", "--report", str(page)]
    done = subprocess.run(
        command(photos, tiny_model, output, *options),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "JDK_JAVA_OPTIONS": GREEDY_JAVA},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE)),
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert_one_failed(output, "vitscale", "onnxruntime", "Could not ")
    assert "Could not " in page.read_text()


def _children(pid: int, argument: str) -> list[psutil.Process]:
    """Return the processes below one that have an argument; Java is asked for its version as well."""
    try:
        found = psutil.Process(pid).children(recursive=True)
        return [process for process in found if argument in process.cmdline()]
    except psutil.Error:
        return []
