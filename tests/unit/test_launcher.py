import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
from vitscale.bench.launcher import run_process


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def assert_gone(pid: int) -> None:
    deadline = time.time() + 60
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.time() < deadline, f"process {pid} still runs"
        time.sleep(0.05)


def test_progress_is_passed_on_and_the_rest_kept_for_the_reason() -> None:
    said: list[str] = []
    code = "import sys; print('vitscale: half done', file=sys.stderr); sys.exit('it broke')"
    finished = run_process(python(code), said.append)
    assert said == ["half done"]
    assert finished.exit_code == 1
    assert "exit status 1" in finished.reason
    assert "it broke" in finished.reason


def test_variables_are_for_this_process_alone() -> None:
    code = (
        "import os, sys; print('vitscale: ' + os.environ.get('TF_ENABLE_ONEDNN_OPTS', ''), file=sys.stderr)"
    )
    said: list[str] = []
    run_process(python(code), said.append, {"TF_ENABLE_ONEDNN_OPTS": "1"})
    run_process(python(code), said.append)
    assert said == ["1", ""]


def test_memory_and_processor_time_of_children_count() -> None:
    child = "x = bytearray(200 << 20); import time\nwhile time.process_time() < 1.5: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    finished = run_process(python(code), print)
    assert finished.exit_code == 0
    assert 200 << 20 < finished.peak_memory_bytes < 400 << 20
    assert 0.8 < finished.cpu_seconds < 3


def test_what_others_take_is_told_from_what_the_process_takes() -> None:
    busy = "import time; t = time.time()\nwhile time.time() - t < 1.5: pass"
    finished = run_process(python(busy), print)
    assert 1.4 < finished.wall_seconds < 10
    other = subprocess.Popen(python("import time; t = time.time()\nwhile time.time() - t < 60: pass"))
    try:
        beside = run_process(python("import time; time.sleep(1.5)"), print)
    finally:
        other.kill()
        other.wait()
    assert beside.other_cpu_seconds > 0.5
    assert beside.cpu_seconds < 0.5


def test_a_killed_harness_takes_its_process_with_it(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    code = (
        "import sys; from vitscale.bench.launcher import run_process; "
        f"run_process([sys.executable, '-c', {child!r}], print)"
    )
    harness = subprocess.Popen(python(code), stderr=subprocess.DEVNULL)
    while not (pid_file.exists() and pid_file.read_text()):
        time.sleep(0.05)
    harness.kill()
    harness.wait()
    assert_gone(int(pid_file.read_text()))


def test_a_killed_process_is_explained() -> None:
    finished = run_process(python("import os; os.kill(os.getpid(), 9)"), print)
    assert finished.exit_code == -signal.SIGKILL
    assert "ran out of memory" in finished.reason


def test_ctrl_c_ends_the_whole_process_group(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    grandchild = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"
    code = (
        "import sys; from vitscale.bench.launcher import run_process; "
        f"run_process([sys.executable, '-c', {child!r}], print)"
    )
    harness = subprocess.Popen(python(code), stderr=subprocess.DEVNULL)
    while not (pid_file.exists() and pid_file.read_text()):
        time.sleep(0.05)
    harness.send_signal(signal.SIGINT)
    harness.wait(timeout=60)
    assert_gone(int(pid_file.read_text()))


def test_ctrl_c_while_a_process_starts_is_not_lost() -> None:
    code = (
        "import os, signal, sys; from vitscale.bench.launcher import run_process; "
        "os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT)); "
        "run_process([sys.executable, '-c', 'import time; time.sleep(60)'], print)"
    )
    harness = subprocess.run(python(code), stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert harness.returncode == -signal.SIGINT and "KeyboardInterrupt" in harness.stderr


def test_two_processes_can_be_watched_at_once() -> None:
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(run_process(python("pass"), print))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.exit_code for one in results] == [0, 0]
