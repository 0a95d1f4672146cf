"""Heads of every problem type through each front door, against Transformers' own pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vitscale
from vitscale.errors import UsageError
from vitscale.ml import ViTImageClassifier

from tests.fixtures.problem_types import HEADS, reference, write_model
from tests.job.jobs import assert_balanced, by_path, classify

TOLERANCE = 1e-4
COUNT = 6


@pytest.fixture(scope="module")
def files(photos: Path) -> list[Path]:
    return sorted(photos.rglob("*.jpg"))[:COUNT]


@pytest.fixture(scope="module", params=HEADS)
def head(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Model folders by head, each exported once."""
    return cache(lambda head: write_model(tmp_path_factory.mktemp("head"), head))


@pytest.fixture(scope="module")
def model(head: str, models: Callable[[str], Path]) -> Path:
    return models(head)


@pytest.fixture(scope="module")
def vit(model: Path) -> Iterator[vitscale.ViT]:
    with vitscale.ViT(model) as opened:
        yield opened


def assert_same(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    assert [one["label"] for one in found] == [one["label"] for one in wanted]
    assert [f"class {one['label_id']}" for one in found] == [one["label"] for one in wanted]
    np.testing.assert_allclose(
        [one["score"] for one in found], [one["score"] for one in wanted], atol=TOLERANCE
    )


def test_python_answers_as_the_pipeline(vit: vitscale.ViT, model: Path, files: list[Path], head: str) -> None:
    for found, wanted in zip(vit.classify(files), reference(model, files, 5), strict=True):
        assert_same(found, wanted)
    for found, wanted in zip(vit.classify(files, top_k=2), reference(model, files, 2), strict=True):
        assert_same(found, wanted)


def test_a_threshold_keeps_the_labels_of_the_pipeline_from_it_on(
    vit: vitscale.ViT, model: Path, files: list[Path], head: str
) -> None:
    if head.startswith("regression"):
        with pytest.raises(UsageError, match=r"is a regression .* have no threshold"):
            vit.classify(files, threshold=0.5)
        return
    all_labels = reference(model, files, 100)
    scores = sorted({one["score"] for answer in all_labels for one in answer})
    middle = (scores[len(scores) // 2 - 1] + scores[len(scores) // 2]) / 2 if len(scores) > 1 else 0.0
    for threshold in (0.0, middle, 1.0):
        wanted = [[one for one in answer if one["score"] >= threshold] for answer in all_labels]
        for found, expected in zip(vit.classify(files, threshold=threshold), wanted, strict=True):
            assert_same(found, expected)
        for found, expected in zip(vit.classify(files, 1, threshold=threshold), wanted, strict=True):
            assert_same(found, expected[:1])


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan"), "0.5", [0.5]], ids=str)
def test_a_threshold_is_a_score(vit: vitscale.ViT, files: list[Path], threshold: Any) -> None:
    with pytest.raises(UsageError, match=r"threshold is .* must be a number from 0 to 1"):
        vit.classify(files, threshold=threshold)


def test_the_stage_answers_as_python(vit: vitscale.ViT, model: Path, files: list[Path], head: str) -> None:
    spark = vitscale.start(master="local[2]")
    images = spark.read.format("binaryFile").load([str(file) for file in files])
    stage = ViTImageClassifier(modelPath=str(model))
    if head.startswith("regression"):
        with pytest.raises(UsageError, match="is a regression"):
            stage.copy().setThreshold(0.5).transform(images)
    else:
        stage.setThreshold(0.4)
    rows = stage.transform(images).select("path", "classification.*").collect()
    wanted = vit.classify(files, threshold=None if head.startswith("regression") else 0.4)
    found = {Path(row.path.removeprefix("file:")).name: row for row in rows}
    for file, answer in zip(files, wanted, strict=True):
        row = found[file.name]
        assert row.error is None
        assert [one.label_id for one in row.predictions] == [one["label_id"] for one in answer]
        np.testing.assert_allclose(
            [one.probability for one in row.predictions], [one["score"] for one in answer], atol=TOLERANCE
        )


def test_the_job_keeps_images_without_a_label(
    files: list[Path], tmp_path: Path, models: Callable[[str], Path]
) -> None:
    """Half of the images have no label from the threshold on: they are predictions."""
    model = models("multi-label")
    answers = dict(zip(map(str, files), reference(model, files, 100), strict=True))
    best = sorted(answer[0]["score"] for answer in answers.values())
    threshold = (best[COUNT // 2 - 1] + best[COUNT // 2]) / 2
    done = classify(files[0].parent.parent, tmp_path / "out", "--threshold", threshold, model=model)
    ledger = assert_balanced(done, tmp_path / "out")
    assert (done.exit_code, ledger["predicted"]) == (0, ledger["files"])
    rows = by_path(tmp_path / "out", "predictions")
    wanted = {
        path: [one["label"] for one in answer if one["score"] >= threshold]
        for path, answer in answers.items()
    }
    assert [] in wanted.values() and any(wanted.values())
    for path, labels in wanted.items():
        assert rows[path]["labels"] == labels
        assert rows[path]["label"] == (labels[0] if labels else None)
        assert len(rows[path]["label_ids"]) == len(rows[path]["probabilities"]) == len(labels)
        assert (rows[path]["label_id"] is None) == (not labels)


def test_the_job_writes_the_values_of_a_regression(
    files: list[Path], tmp_path: Path, models: Callable[[str], Path]
) -> None:
    model = models("regression")
    done = classify(files[0].parent, tmp_path / "out", "--top-k", "2", model=model)
    assert done.exit_code == 0, done.stderr
    inside = [file for file in files if file.parent == files[0].parent]
    rows = by_path(tmp_path / "out", "predictions")
    for file, answer in zip(inside, reference(model, inside, 2), strict=True):
        row = rows[str(file)]
        assert row["labels"] == [one["label"] for one in answer]
        assert [f"class {number}" for number in row["label_ids"]] == row["labels"]
        assert row["probabilities"] == pytest.approx([one["score"] for one in answer], abs=TOLERANCE)
