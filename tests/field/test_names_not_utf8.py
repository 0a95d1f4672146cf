"""``bench`` and ``parity`` on images whose names are not UTF-8."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from vitscale.results.document import load_results

from tests.fixtures.image_files import encoded
from tests.fixtures.odd import NOT_UTF8_NAMES
from tests.fixtures.photos import PHOTOS
from tests.job.jobs import QUICK_JAVA, TIMEOUT_SECONDS, VITSCALE

ODD = {os.fsdecode(name) for name in NOT_UTF8_NAMES}
FOLDER = os.fsdecode(b"\xe9t\xe9")
NAMES = {*ODD, "good.jpg"}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Different photos with all names, of which one is UTF-8."""
    root = tmp_path_factory.mktemp("photos")
    for number, name in enumerate(sorted(NAMES)):
        picture = PHOTOS[number % 2].resize((60 + 10 * number, 45))
        (root / name).write_bytes(encoded(picture, "JPEG"))
    return root


@pytest.fixture(scope="module")
def odd_root(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same photos and another such name."""
    root = tmp_path_factory.mktemp("below") / FOLDER
    root.mkdir()
    for file in photos.iterdir():
        (root / file.name).write_bytes(file.read_bytes())
    return root


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [VITSCALE, *map(str, arguments)],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=TIMEOUT_SECONDS,
        check=False,
        env={**os.environ, "JDK_JAVA_OPTIONS": QUICK_JAVA},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def bench(images: Path, model: Path, output: Path, *backends: str) -> list[dict[str, Any]]:
    """Return the ledger of each backend."""
    chosen = [part for one in backends for part in ("-b", one)]
    quick = ["--batch-size", "2", "--iterations", "1", "--forks", "1", "--parity-images", "0"]
    done = run("bench", images, "--model", model, *quick, *chosen, "--output", output)
    assert done.returncode == 0, done.stderr
    rows = load_results(output)["benchmarks"]
    assert [row["error"] for row in rows] == [None] * len(backends)
    return [row["runs"][0]["ledger"] for row in rows]


@pytest.mark.parametrize("how", ["files", "odd folder"])
def test_parity_compares_all_images(how: str, photos: Path, odd_root: Path, tiny_model: Path) -> None:
    named = {"files": sorted(photos.iterdir()), "odd folder": [odd_root]}[how]
    backends = ["-b", "huggingface", "-b", "vitscale"]
    done = run("parity", *named, "--model", tiny_model, *backends, "--json", "-")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["images"] == len(NAMES)
    assert (row["top1_agreement"], row["max_pixel_difference"]) == (1, 0)


def test_bench_classifies_all_images(odd_root: Path, tiny_model: Path, tmp_path: Path) -> None:
    backends = ("onnxruntime", "vitscale", "vitscale:bridge=py4j")
    for ledger in bench(odd_root, tiny_model, tmp_path / "results.json", *backends):
        assert (ledger["files"], ledger["predicted"], ledger["failed"]) == (len(NAMES), len(NAMES), [])


def test_what_sparks_readers_cannot_open_fails_alone(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    backends = ("spark-nlp", "spark-nlp:bridge=py4j", "vitscale:spark=true")
    for ledger in bench(photos, tiny_model, tmp_path / "results.json", *backends):
        assert (ledger["files"], ledger["predicted"]) == (len(NAMES), 1)
        assert {one["file"] for one in ledger["failed"]} == ODD
        assert all("not UTF-8" in one["reason"] for one in ledger["failed"])
