"""Commands in odd surroundings: closed streams, an output that lacks characters, a deleted working folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

VITSCALE = Path(sys.executable).with_name("vitscale")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("command", "status"), [("jars --scala 2.11", 2), ("--version", 0)])
def test_they_end_with_their_own_status(closed: str, command: str, status: int) -> None:
    shell = ["sh", "-c", f"exec {VITSCALE} {command} {closed}"]
    done = subprocess.run(shell, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == status and "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("form", ["table", "markdown"])
def test_an_encoding_without_their_characters_ends_no_command(encoding: str, form: str) -> None:
    results = Path(__file__).parents[2] / "benchmarks/benchmark.json"
    done = subprocess.run(
        [VITSCALE, "compare", results, results, "--format", form],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )
    assert done.returncode == 0 and b"huggingface" in done.stdout and b"Traceback" not in done.stderr


def test_a_deleted_working_folder_is_told_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    shell = ["sh", "-c", f"cd {folder} && rmdir {folder} && exec {VITSCALE} classify photos --model m -o out"]
    done = subprocess.run(shell, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2 and "working directory cannot be found" in done.stderr
    assert "Traceback" not in done.stderr
