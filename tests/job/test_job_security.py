"""What docs/reference/security.md promises of the job: limits before decoding, no secret in its output."""

import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TypeAlias

import pytest

Finished: TypeAlias = "subprocess.CompletedProcess[str]"
SECRET = "not-for-anyone-8f1c"


def classify(images: Path, model: Path, output: Path, *options: str, **environment: str) -> Finished:
    command = [sys.executable, "-m", "vitscale", "classify", "--images", str(images), "--model", str(model)]
    command += ["--output", str(output), "--master", "local[1]", "--memory", "512m", "--format", "jsonl"]
    return subprocess.run(
        [*command, *options], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to gigabytes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1 << 20))) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def run(photos: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Finished, Path]:
    """One run over good photos, a bomb and a file that is too large, with secrets all around."""
    folder = tmp_path_factory.mktemp("secure")
    images, conf = folder / "images", folder / "conf"
    images.mkdir()
    conf.mkdir()
    for number, photo in enumerate(sorted(photos.rglob("*.jpg"))[:2]):
        (images / f"good-{number}.jpg").write_bytes(photo.read_bytes())
    (images / "bomb.png").write_bytes(bomb(40_000, 40_000))
    (images / "large.jpg").write_bytes(b"\xff\xd8" + bytes(1 << 20))
    (conf / "spark-defaults.conf").write_text(f"spark.hadoop.fs.s3a.secret.key {SECRET}\n")
    environment = {"SPARK_CONF_DIR": str(conf), "AWS_SECRET_ACCESS_KEY": SECRET, "HF_TOKEN": SECRET}
    output = folder / "output"
    return classify(images, tiny_model, output, "--max-bytes", str(1 << 20), **environment), output


def test_bombs_and_large_files_are_refused_before_they_are_decoded(run: tuple[Finished, Path]) -> None:
    finished, output = run
    rows = [
        json.loads(line)
        for file in (output / "quarantine").rglob("*.jsonl")
        for line in file.read_text().splitlines()
    ]
    reasons = {Path(row["path"]).name: row["reason"] for row in rows}
    assert set(reasons) == {"bomb.png", "large.jpg"}, finished.stderr
    assert "40000x40000" in reasons["bomb.png"]
    assert "limit" in reasons["bomb.png"]
    assert str(1 << 20) in reasons["large.jpg"].replace(",", "")
    assert finished.returncode == 1


def test_no_secret_is_in_the_log_or_the_output(run: tuple[Finished, Path]) -> None:
    finished, output = run
    written = [path for path in output.rglob("*") if path.is_file()]
    assert any("predictions" in str(path) for path in written)
    assert SECRET not in finished.stdout + finished.stderr
    for path in written:
        assert SECRET.encode() not in path.read_bytes(), path
