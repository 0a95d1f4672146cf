"""Opening a model folder: what it tells, and what it says of each thing that can be wrong."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from vitscale.errors import ModelError
from vitscale.models import ModelFolder


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "model"
    shutil.copytree(tiny_model, copy)
    return copy


def test_a_folder_describes_its_model(tiny_model: Path) -> None:
    model = ModelFolder.open(tiny_model)
    assert (model.name, model.weights, model.precision) == ("tiny-vit", "pretrained", "fp32")
    assert model.labels == model.unique_labels == [f"class {number}" for number in range(10)]
    assert (model.num_labels, model.image_height, model.image_width) == (10, 224, 224)
    assert model.onnx_sha256 == hashlib.sha256(model.onnx_path.read_bytes()).hexdigest()


def test_a_saved_model_is_checked_as_well(folder: Path) -> None:
    with pytest.raises(ModelError, match="--format tensorflow"):
        ModelFolder.open(folder).saved_model_sha256()
    graph = folder / "tensorflow" / "fp32"
    shutil.copytree(folder / "onnx" / "fp32" / "assets", graph / "assets")
    (graph / "saved_model.pb").write_bytes(b"a graph")
    about = json.loads((folder / "vitscale.json").read_text())
    about["tensorflow"] = {"fp32": {"sha256": hashlib.sha256(b"a graph").hexdigest()}}
    (folder / "vitscale.json").write_text(json.dumps(about))
    assert ModelFolder.open(folder).saved_model_sha256() == about["tensorflow"]["fp32"]["sha256"]
    (graph / "saved_model.pb").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="changed since its export"):
        ModelFolder.open(folder).saved_model_sha256()


@pytest.mark.parametrize(
    "missing",
    [
        "config.json",
        "preprocessor_config.json",
        "model.safetensors",
        "vitscale.json",
        "onnx/fp32/model.onnx",
        "onnx/fp32/assets/labels.json",
        "onnx/fp32/assets/preprocessor_config.json",
    ],
)
def test_a_missing_file_is_named_with_the_command_that_makes_it(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=r"vitscale export MODEL --precision fp32 -o") as caught:
        ModelFolder.open(folder)
    assert Path(missing).name in str(caught.value)


def test_a_missing_folder_and_a_missing_precision_are_told(folder: Path) -> None:
    with pytest.raises(ModelError, match="There is no model folder"):
        ModelFolder.open(folder / "nowhere")
    with pytest.raises(ModelError, match=r"has fp32, not int8.*--precision int8"):
        ModelFolder.open(folder, "int8")


def test_a_truncated_onnx_file_is_found(folder: Path) -> None:
    onnx = folder / "onnx" / "fp32" / "model.onnx"
    onnx.write_bytes(onnx.read_bytes()[:-1])
    with pytest.raises(ModelError, match="changed since its export"):
        ModelFolder.open(folder)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", "{", "is not JSON"),
        ("config.json", "[]", r"has \[\]; expected a JSON object"),
        ("config.json", '{"id2label": {"a": "b"}}', 'the class number "a"'),
        ("config.json", '{"id2label": {"0": null}}', "the label null"),
        ("config.json", '{"id2label": {"0": "a"}, "image_size": "224"}', 'image_size in .* is "224"'),
        ("config.json", '{"id2label": {"0": "a"}, "image_size": [0, 224]}', "image_size in"),
        ("onnx/fp32/assets/labels.json", '{"class 0": "0"}', "10 labels"),
        ("onnx/fp32/assets/labels.json", '{"class 0": [0]}', "10 labels"),
        ("vitscale.json", '{"onnx": {"fp32": {}}}', "not written by vitscale"),
        (
            "vitscale.json",
            '{"onnx": {"fp32": {"sha256": "0"}}, "weights": "good"}',
            'weights in .* is "good"',
        ),
        ("vitscale.json", '{"onnx": {"fp32": {"sha256": "0"}}, "name": 7}', "name in .* is 7"),
        ("config.json", '{"id2label": {"0": "a", "2": "b"}, "image_size": 224}', "0, 1, 2"),
        ("onnx/fp32/assets/labels.json", '{"class 0": 0}', "10 labels"),
        ("vitscale.json", "{}", "not written by vitscale"),
        ("vitscale.json", "nonsense", "is not JSON"),
    ],
)
def test_files_that_do_not_fit_are_told(folder: Path, name: str, content: str, said: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(ModelError, match=said):
        ModelFolder.open(folder)


def test_two_classes_may_share_a_text(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["id2label"]["1"] = "class 0"
    (folder / "config.json").write_text(json.dumps(config))
    assert ModelFolder.open(folder).labels[:2] == ["class 0", "class 0"]
