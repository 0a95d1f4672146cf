"""The whole road with the real architecture: ViT-base exported and classified, against Transformers."""

from pathlib import Path

import pytest
import vitscale
from transformers import pipeline
from vitscale.models.defaults import DEFAULT_CHECKPOINT
from vitscale.models.export.run import export
from vitscale.models.folder import ModelFolder


@pytest.fixture(scope="module")
def vit_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("vit-base") / "model"
    report = export(DEFAULT_CHECKPOINT, output, allow_random_weights=True)
    assert report.max_logit_difference < 1e-4
    return output


def test_labels_and_scores_of_vit_base_are_transformers(vit_base: Path, photos: Path) -> None:
    model = ModelFolder.open(vit_base)
    assert (model.num_labels, model.image_height, model.weights) == (1000, 224, "random")
    files = [str(path) for path in sorted(photos.rglob("*.jpg"))[:6]]
    expected = pipeline("image-classification", str(vit_base))(files, top_k=5)
    with vitscale.ViT(vit_base) as vit:
        answers = vit.classify(files, top_k=5)
    for answer, reference in zip(answers, expected, strict=True):
        assert [one["label"] for one in answer] == [one["label"] for one in reference]
        assert [one["score"] for one in answer] == pytest.approx(
            [one["score"] for one in reference], abs=1e-5
        )
