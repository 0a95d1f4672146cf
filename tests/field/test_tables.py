"""Images in Parquet, tar shards and lists of paths, with the jars that users have."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

from tests.fixtures.odd import FILE_NAMES
from tests.job import jobs
from tests.job.corpus import encoded

DATASETS = jobs.MODEL.parent / "tables" / "datasets.parquet"


def run(output: Path, *options: object, stdin: bytes = b"") -> jobs.Finished:
    """Run a job whose images are named by its options alone."""
    command = jobs.command("unused", output, *options)
    at = command.index("--images")
    del command[at : at + 2]
    environment = {**os.environ, "JDK_JAVA_OPTIONS": jobs.QUICK_JAVA, "COLUMNS": "200"}
    process = subprocess.run(
        command,
        check=False,
        input=stdin,
        capture_output=True,
        timeout=jobs.TIMEOUT_SECONDS,
        env=environment,
    )
    ledger = json.loads(process.stdout) if process.stdout.strip() else None
    return jobs.Finished(process.returncode, process.stderr.decode(errors="replace"), ledger)


def test_a_list_on_standard_input_with_any_name(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, name in enumerate(FILE_NAMES):
        (photos / name).write_bytes(encoded(number, "JPEG"))
    paths = [str(photos / name) for name in FILE_NAMES]
    listed = "\0".join([*paths, paths[0], str(photos / "missing.jpg")]).encode()
    done = run(tmp_path / "out", "--images-from", "-", stdin=listed)
    ledger = jobs.assert_balanced(done, tmp_path / "out")
    assert jobs.by_path(tmp_path / "out", "predictions").keys() == set(paths)
    assert jobs.by_path(tmp_path / "out", "quarantine").keys() == {str(photos / "missing.jpg")}
    assert ledger["files"] == len(paths) + 1


def test_shards_of_python_in_every_tar_format(tmp_path: Path) -> None:
    names = [*FILE_NAMES, "deep/" * 60 + "long.png"]
    expected = set()
    for kind, suffix, mode in [
        (tarfile.PAX_FORMAT, ".tar", "w"),
        (tarfile.GNU_FORMAT, ".tar", "w"),
        (tarfile.GNU_FORMAT, ".tgz", "w:gz"),
    ]:
        shard = tmp_path / "shards" / f"{kind}{suffix}"
        shard.parent.mkdir(exist_ok=True)
        with tarfile.open(shard, mode, format=kind) as archive:
            for number, name in enumerate(names):
                member = tarfile.TarInfo(f"./{name}")
                content = encoded(number, "JPEG")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        expected |= {f"{shard}/{name}" for name in names}
    done = run(tmp_path / "out", "--images", tmp_path / "shards", "--input", "tar", "--all-files")
    jobs.assert_balanced(done, tmp_path / "out")
    assert jobs.by_path(tmp_path / "out", "predictions").keys() == expected


def test_a_file_of_pyarrow(tmp_path: Path) -> None:
    done = run(tmp_path / "out", "--images", DATASETS, "--input", "parquet")
    ledger = jobs.assert_balanced(done, tmp_path / "out")
    assert (ledger["predicted"], ledger["quarantined"]) == (3, 1)
    assert jobs.by_path(tmp_path / "out", "predictions").keys() == {"a.png", f"{DATASETS}#1", "c.png"}
    assert "column image.bytes is taken" in done.stderr
