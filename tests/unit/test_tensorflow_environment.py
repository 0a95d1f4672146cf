"""TensorFlow's environment is there as a whole or not at all; what went wrong is told."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from vitscale.errors import SetupError
from vitscale.models.tensorflow import environment
from vitscale.models.tensorflow.environment import environment_python
from vitscale.system.cache_folder import cache_folder

from tests.waiting import wait_until

UV = """#!{python}
import json, pathlib, shutil, sys, time
arguments = sys.argv[1:]
with open("{log}", "a") as log:
    log.write(json.dumps(arguments) + "\\n")
if arguments[1] == "venv":
    shutil.rmtree(arguments[-1], ignore_errors=True)  # --clear
    interpreter = pathlib.Path(arguments[-1]) / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text("")
    time.sleep(0.5)
elif {fails}:
    sys.exit("no route to the index")
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a stand-in for uv was called with; it makes an empty environment."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return pretend(tmp_path, monkeypatch)


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool = False) -> Path:
    uv, log = folder / "uv", folder / "log"
    uv.write_text(UV.format(python=sys.executable, log=log, fails=fails))
    uv.chmod(0o755)
    monkeypatch.setattr(environment, "find_uv_bin", lambda: str(uv))
    return log


def calls(log: Path) -> list[list[str]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def environments() -> list[str]:
    return [path.name for path in cache_folder().iterdir() if path.is_dir()]


def test_it_is_made_once_with_hashes_and_said(log: Path) -> None:
    told: list[str] = []
    python = environment_python(told.append)
    assert python.is_file()
    assert "1.3 GB" in told[0]
    assert environment_python(told.append) == python
    assert len(told) == 1
    venv, install = calls(log)
    assert venv[:3] == ["--quiet", "venv", "--clear"]
    assert "--require-hashes" in install


def test_of_two_calls_at_once_one_waits(log: Path) -> None:
    threads = [threading.Thread(target=environment_python, args=(lambda _: None,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls(log)) == 2


def test_a_failure_leaves_nothing_and_tells_what_uv_said(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path, monkeypatch, fails=True)
    with pytest.raises(SetupError, match="no route to the index"):
        environment_python(lambda _: None)
    assert environments() == []
    pretend(tmp_path, monkeypatch)
    assert environment_python(lambda _: None).is_file()


def test_a_killed_call_leaves_nothing_that_passes_for_whole(log: Path) -> None:
    code = (
        "from vitscale.models.tensorflow import environment as e\n"
        f"e.find_uv_bin = lambda: {environment.find_uv_bin()!r}\n"
        "e.environment_python(lambda _: None)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env=dict(os.environ))
    wait_until(log.exists, "uv was not called", seconds=60)
    process.kill()
    process.wait()
    assert all(name.startswith(".") for name in environments())
    assert environment_python(lambda _: None).is_file()
    assert all(not name.startswith(".") for name in environments())


def test_a_full_disk_is_told_before_anything_is_fetched(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _: usage._replace(free=1 << 30))
    with pytest.raises(SetupError, match="1024 MB free"):
        environment_python(lambda _: None)
    assert not log.exists()


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(SetupError, match="XDG_CACHE_HOME"):
        environment_python(lambda _: None)
