"""Checkpoints of the hub in odd forms: exported, they answer as Transformers' pipeline does."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import vitscale
from PIL import Image
from transformers import AutoImageProcessor, pipeline
from vitscale.errors import ModelError
from vitscale.models.defaults import DEFAULT_CHECKPOINT
from vitscale.models.export.run import export

from tests.fixtures.small_vit import CONFIG, write_json, write_small_vit

KINDS: dict[str, dict[str, Any]] = {
    "pickled, CLIP's processor, several labels, one text twice": {
        "pickled": True,
        "config": {
            "problem_type": "multi_label_classification",
            "id2label": {"0": "crane", "1": "crane", "2": ""},
        },
        "processor": {"feature_extractor_type": "CLIPFeatureExtractor", "size": 36, "crop_size": 32},
    },
    "ConvNeXT's processor, a regression, numbers for labels": {
        "pickled": False,
        "config": {"problem_type": "regression", "id2label": {"0": 1, "1": 2, "2": 3}},
        "processor": {
            "image_processor_type": "ConvNextImageProcessor",
            "size": {"shortest_edge": 32},
            "image_mean": 0.5,
        },
    },
}


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("photo") / "photo.png"
    Image.effect_mandelbrot((90, 61), (-2, -1, 1, 1), 40).convert("RGB").rotate(20).save(file)
    return file


@pytest.mark.parametrize("kind", KINDS)
def test_an_exported_model_answers_as_the_original(kind: str, tmp_path: Path, photo: Path) -> None:
    source = write_small_vit(tmp_path / "source", pickled=KINDS[kind]["pickled"])
    write_json(source / "config.json", {**CONFIG, **KINDS[kind]["config"]})
    write_json(source / "preprocessor_config.json", KINDS[kind]["processor"])
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    export(str(source), tmp_path / "link")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["link", "real", "source"]
    found = vitscale.ViT(tmp_path / "link").classify(photo, top_k=3)
    processor = AutoImageProcessor.from_pretrained(source, backend="pil")
    reference = pipeline("image-classification", model=str(source), image_processor=processor)
    expected = reference(Image.open(photo), top_k=3)
    assert [one["label"] for one in found] == [str(one["label"]) for one in expected]
    assert [one["score"] for one in found] == pytest.approx([one["score"] for one in expected], abs=1e-4)


@pytest.mark.parametrize("damage", ["config", "processor", "weights", "hub"])
def test_a_refusal_is_one_line_and_leaves_nothing(damage: str, tmp_path: Path) -> None:
    source = write_small_vit(tmp_path / "source")
    match damage:
        case "config":
            write_json(source / "config.json", {**CONFIG, "hidden_size": 33})
        case "processor":
            write_json(source / "preprocessor_config.json", {"size": {"shortest_edge": 32}})
        case "weights":
            (source / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(ModelError) as refused:
        export(DEFAULT_CHECKPOINT if damage == "hub" else str(source), tmp_path / "model")
    assert "\n" not in str(refused.value)
    assert [entry.name for entry in tmp_path.iterdir()] == ["source"]


def test_the_command_line_refuses_a_silent_hub_without_a_trace(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vitscale", "export", "-o", str(tmp_path / "model")]
    answer = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "HF_HOME": str(tmp_path)}, check=False
    )
    assert answer.returncode == 1
    assert "--allow-random-weights" in answer.stderr.replace("\n", " ")
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "model").exists()


def test_labels_that_share_a_text_are_told_apart_for_spark_nlp(tmp_path: Path) -> None:
    source = write_small_vit(tmp_path / "source")
    write_json(source / "config.json", {**CONFIG, "id2label": {"0": "a", "1": "a", "2": "b"}})
    export(str(source), tmp_path / "model")
    labels = json.loads((tmp_path / "model" / "onnx" / "fp32" / "assets" / "labels.json").read_text())
    assert labels == {"a": 0, "a (1)": 1, "b": 2}
