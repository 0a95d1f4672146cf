"""What cannot work is said within seconds, and leaves nothing that a next run would believe."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.job.corpus import encoded, write_good
from tests.job.jobs import MODEL, assert_balanced, by_path, classify, finish, start
from tests.job.test_corpus import without_roots_privilege
from tests.waiting import wait_until

SECONDS = 60  # on a machine that is busy with other tests; alone it takes 5


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("setup") / "images"
    write_good(folder, 4)
    return folder


@pytest.mark.parametrize(
    ("options", "exit_code", "message"),
    [
        (["--master", "sparkle"], 2, "--master is 'sparkle'; expected local[N], spark://HOST:PORT"),
        (["--master", "local[x]"], 2, "Spark did not start with master local[x]"),
        (["--master", "spark://127.0.0.1:1"], 2, "No Spark master answers at spark://127.0.0.1:1"),
        (["--format", "xml"], 2, "unknown --format xml; expected parquet or jsonl or csv"),
        (["--max-failed", "many"], 2, "--max-failed is many; expected a number of images, or a percentage"),
        (["--precision", "int4"], 1, "lacks onnx/int4/model.onnx"),
        (["--images", "/no/such/place"], 2, "There is no folder or file /no/such/place"),
    ],
)
def test_wrong_options(
    images: Path, tmp_path: Path, options: list[str], exit_code: int, message: str
) -> None:
    began = time.monotonic()
    done = classify(images, tmp_path / "out", *options)
    assert time.monotonic() - began < SECONDS
    assert done.exit_code == exit_code, done.stderr
    assert message in done.stderr.replace("\n", " ")
    assert "\tat " not in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_another_java(images: Path, tmp_path: Path) -> None:
    java = tmp_path / "java-11" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    done = classify(images, tmp_path / "out", JAVA_HOME=str(java.parent.parent))
    assert done.exit_code == 1
    assert "Java 11.0.2" in done.stderr.replace("\n", " ") and "expected Java 17" in done.stderr.replace(
        "\n", " "
    )


def test_a_place_without_permission(images: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    done = classify(images, closed / "out", prefix=without_roots_privilege())
    assert done.exit_code == 1
    assert "cannot be written: no permission" in done.stderr
    assert not any(closed.iterdir())


def test_a_second_driver_is_refused_and_the_first_one_ends_well(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for seed in range(30):
        (images / f"{seed}.jpg").write_bytes(encoded(seed, "JPEG"))
    first = start(images, tmp_path / "out", "--poll-seconds", 1, "--watch")
    predictions = tmp_path / "out" / "predictions"
    wait_until(
        lambda: any(predictions.glob("*")), "the first driver wrote nothing", seconds=SECONDS, of=first
    )
    second = classify(images, tmp_path / "out")
    assert second.exit_code == 1
    assert f"Another run is writing to {tmp_path}/out (process {first.pid} on this machine)" in second.stderr
    first.terminate()
    done = finish(first)
    assert done.exit_code == 130
    assert assert_balanced(done, tmp_path / "out")["predicted"] == 30


def test_files_that_vanish_after_they_were_listed(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    files = [images / f"{seed:04d}.jpg" for seed in range(1200)]
    content = [encoded(seed, "JPEG", (500, 375)) for seed in range(8)]
    for number, file in enumerate(files):
        file.write_bytes(content[number % 8])
    process = start(images, tmp_path / "out", "--read-ahead", 1)
    assert process.stderr is not None
    for line in process.stderr:
        if "images to do" in line:
            break
    vanished = set(files[::2])
    for file in vanished:
        file.unlink()
    done = finish(process)
    ledger = assert_balanced(done, tmp_path / "out")
    quarantined = by_path(tmp_path / "out", "quarantine")
    assert ledger["files"] == 1200 and ledger["quarantined"] > 0, "they vanished too late; use more files"
    assert {Path(path) for path in quarantined} <= vanished
    assert {(row["stage"], row["reason"]) for row in quarantined.values()} == {
        ("read", "it was listed and is gone now")
    }


def test_the_same_command_with_another_model(images: Path, tmp_path: Path) -> None:
    assert classify(images, tmp_path / "out").exit_code == 0
    before = by_path(tmp_path / "out", "predictions")
    other = tmp_path / "model"
    shutil.copytree(MODEL, other)
    settings = other / "preprocessor_config.json"
    settings.write_text(settings.read_text().replace('"image_mean": [', '"image_mean": [ '))
    done = classify(images, tmp_path / "out", "--model", other)
    assert done.exit_code == 2 and "settings_sha256 was" in done.stderr
    assert by_path(tmp_path / "out", "predictions") == before
