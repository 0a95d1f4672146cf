"""``--watch``: rows of several looks make one part, and an image whose row waits is not classified again."""

from __future__ import annotations

import signal
import subprocess
import threading
from pathlib import Path

from tests.job.corpus import encoded
from tests.job.jobs import assert_balanced, by_path, finish, start
from tests.waiting import wait_until

PATIENCE_SECONDS = 60


def add(images: Path, *names: str) -> None:
    for number, name in enumerate(names):
        content = b"no image" if name.startswith("bad") else encoded(number, "JPEG", (60, 40))
        (images / name).write_bytes(content)


def wait_for_line(said: list[str], line: str, process: subprocess.Popen[str]) -> None:
    wait_until(
        lambda: any(line in one for one in said),
        f"the job did not say {line!r}",
        seconds=PATIENCE_SECONDS,
        of=process,
    )


def test_rows_wait_for_each_other_and_are_written_at_the_end(tmp_path: Path) -> None:
    images, out = tmp_path / "images", tmp_path / "out"
    images.mkdir()
    add(images, "1.jpg", "2.jpg", "3.jpg")
    process = start(images, out, "--watch", "--poll-seconds", 1, "--commit-seconds", 3600)
    said: list[str] = []
    threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True).start()
    wait_for_line(said, "3 images to do, 0 done before", process)
    add(images, "4.jpg", "5.jpg", "bad.jpg")
    wait_for_line(said, "3 images to do, 3 done before", process)
    add(images, "6.jpg")
    wait_for_line(said, "1 images to do, 6 done before", process)
    assert len(list((out / "predictions").glob("part-*"))) == 1, "only the first look is written at once"
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE_SECONDS)
    process.stderr = None
    done = finish(process)
    ledger = assert_balanced(done, out)
    assert (done.exit_code, ledger["status"]) == (130, "interrupted")
    assert {Path(path).name for path in by_path(out, "predictions")} >= {f"{n}.jpg" for n in range(1, 6)}
    assert ledger["quarantined_by_stage"] == {"decode": 1}
    assert ledger["this_run"]["predicted"] == ledger["predicted"] >= 5
    assert len(list((out / "predictions").glob("part-*"))) == 2
    assert len(list((out / "quarantine").glob("part-*"))) == 1
