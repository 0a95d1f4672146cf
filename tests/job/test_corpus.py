"""Hundreds of bad files among good ones: nothing is lost, every reason is right, the good are unharmed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import numpy as np
import pytest
from PIL import Image
from transformers import ViTForImageClassification, pipeline
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from tests.job.corpus import MAX_BYTES, write_bad, write_good
from tests.job.jobs import MODEL, Finished, assert_balanced, by_path, classify

GOOD = 150


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus") / "images"


@pytest.fixture(scope="module")
def good(images: Path) -> list[Path]:
    return write_good(images, GOOD)


@pytest.fixture(scope="module")
def bad(images: Path, good: list[Path]) -> dict[str, tuple[str, str]]:
    (images / "notes.txt").write_text("no image")
    (images / ".hidden.jpg").write_bytes(b"")
    return write_bad(images)


@pytest.fixture(scope="module")
def expected(good: list[Path]) -> dict[str, list[dict[str, Any]]]:
    """What Transformers says of the good ones."""
    reference = pipeline(
        "image-classification",
        model=ViTForImageClassification.from_pretrained(MODEL),
        image_processor=ViTImageProcessorPil.from_pretrained(MODEL),
    )
    answers = {}
    for file in good:
        with Image.open(file) as image:
            answers[str(file)] = reference(image.convert("RGB"), top_k=5)
    return answers


@pytest.fixture(scope="module")
def output(images: Path) -> Path:
    return images.parent / "out"


@pytest.fixture(scope="module")
def done(images: Path, bad: dict[str, tuple[str, str]], output: Path) -> Finished:
    return classify(images, output, "--max-bytes", MAX_BYTES)


def test_the_ledger_balances(
    done: Finished, output: Path, good: list[Path], bad: dict[str, tuple[str, str]]
) -> None:
    assert len(bad) > 300
    ledger = assert_balanced(done, output)
    assert (ledger["files"], ledger["predicted"], ledger["quarantined"]) == (
        len(good) + len(bad),
        len(good),
        len(bad),
    )
    assert ledger["ignored"] == {"other_names": 1, "hidden": 1, "markers": {}}
    assert done.exit_code == 1
    assert f"= {len(good)} predicted + {len(bad)} quarantined" in done.stderr


def file_of(path: str) -> Path:
    """Return the file that a row's path names; a name that is not UTF-8 stands there as a URI."""
    return (
        Path(os.fsdecode(unquote_to_bytes(path.removeprefix("file://")))) if "file:" in path else Path(path)
    )


def test_every_reason_is_right(done: Finished, output: Path, bad: dict[str, tuple[str, str]]) -> None:
    found = by_path(output, "quarantine")
    assert found.keys() == bad.keys()
    for path, (stage, pattern) in bad.items():
        assert found[path]["stage"] == stage, (path, found[path])
        assert re.search(pattern, found[path]["reason"]), (path, found[path])
        if stage == "decode":
            assert found[path]["size"] == file_of(path).stat().st_size


def test_good_images_get_transformers_labels(
    done: Finished, output: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    found = by_path(output, "predictions")
    texts = ViTForImageClassification.from_pretrained(MODEL).config.id2label
    assert found.keys() == expected.keys()
    assert len({row["label"] for row in found.values()}) > 3
    for path, wanted in expected.items():
        assert found[path]["labels"] == [one["label"] for one in wanted], path
        np.testing.assert_allclose(
            found[path]["probabilities"], [one["score"] for one in wanted], atol=1e-4, err_msg=path
        )
        assert found[path]["label"] == wanted[0]["label"]
        assert found[path]["label_id"] == found[path]["label_ids"][0]
        assert [texts[number] for number in found[path]["label_ids"]] == found[path]["labels"], path
        assert found[path]["model_sha256"] == done.ledger["model"]["sha256"]  # type: ignore[index]
        assert found[path]["weights"] == done.ledger["model"]["weights"] == "random"  # type: ignore[index]
    assert "warning: The weights of tiny-vit are random" in done.stderr


def test_files_without_permission(tmp_path: Path) -> None:
    images = tmp_path / "images"
    good = write_good(images, 5)
    good[0].chmod(0)
    closed = images / "closed"
    closed.mkdir()
    (closed / "inside.jpg").write_bytes(b"")
    closed.chmod(0)
    done = classify(images, tmp_path / "out", prefix=without_roots_privilege())
    closed.chmod(0o700)
    assert_balanced(done, tmp_path / "out")
    found = by_path(tmp_path / "out", "quarantine")
    assert {path: row["stage"] for path, row in found.items()} == {str(good[0]): "read", str(closed): "list"}
    assert {row["reason"] for row in found.values()} == {"no permission to read it"}
    assert len(by_path(tmp_path / "out", "predictions")) == len(good) - 1


def without_roots_privilege() -> tuple[str, ...]:
    """Root reads what it may not read; without this capability it does not."""
    if os.geteuid() != 0:
        return ()
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
