"""The exported ONNX file computes what PyTorch does, for any ViT; nothing half-written or overwritten."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from transformers import ViTForImageClassification
from vitscale.errors import ModelError, OutputError, UsageError
from vitscale.models.checkpoint.load import load_checkpoint
from vitscale.models.export import run as module
from vitscale.models.export.run import export
from vitscale.models.export.sparknlp_assets import unique_labels
from vitscale.models.graph.vit import ViTGraph

from tests.fixtures.tiny_vit import write_tiny_vit

VARIANTS = {
    "odd sizes": {
        "image_size": [64, 96],
        "patch_size": [16, 32],
        "hidden_size": 48,
        "num_attention_heads": 3,
    },
    "no bias": {"image_size": 32, "patch_size": 8, "qkv_bias": False},
    "relu, one layer": {"image_size": 48, "patch_size": 16, "hidden_act": "relu", "num_hidden_layers": 1},
    "tanh gelu": {
        "image_size": 48,
        "patch_size": 16,
        "hidden_act": "gelu_pytorch_tanh",
        "layer_norm_eps": 1e-3,
    },
    "large": {"image_size": 384, "patch_size": 96},
}


def logits(onnx_path: Path, pixels: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(onnx_path), providers=["CPUExecutionProvider"])
    return session.run(["logits"], {"pixel_values": pixels})[0]


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("batch", [1, 3, 8])
def test_onnx_equals_transformers_at_any_batch_size(
    tiny_checkpoint: Path, tiny_model: Path, batch: int
) -> None:
    pixels = torch.randn(batch, 3, 224, 224, generator=torch.Generator().manual_seed(batch))
    expected = ViTForImageClassification.from_pretrained(tiny_checkpoint)(pixel_values=pixels).logits
    found = logits(tiny_model / "onnx" / "fp32" / "model.onnx", pixels.numpy())
    np.testing.assert_allclose(found, expected.detach().numpy(), atol=1e-4)


@pytest.mark.parametrize("name", VARIANTS)
def test_any_vit_is_exported(name: str, tmp_path: Path) -> None:
    source = write_tiny_vit(tmp_path / "source", labels=2, **VARIANTS[name])
    report = export(str(source), tmp_path / "model")
    size = ViTForImageClassification.from_pretrained(source).config.image_size
    height, width = (size, size) if isinstance(size, int) else size
    pixels = torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(0))
    expected = ViTForImageClassification.from_pretrained(source)(pixel_values=pixels).logits
    np.testing.assert_allclose(
        logits(report.graph_path, pixels.numpy()), expected.detach().numpy(), atol=1e-4
    )


def test_a_model_without_biases_is_exported_though_exporters_drop_them(tmp_path: Path) -> None:
    source = write_tiny_vit(tmp_path / "source")
    model = ViTForImageClassification.from_pretrained(source)
    for name, weight in model.named_parameters():
        if name.endswith("bias") and ("fc1" in name or "o_proj" in name or "v_proj" in name):
            weight.data.zero_()
    model.save_pretrained(source)
    report = export(str(source), tmp_path / "model")
    operators = {node.op_type for node in onnx.load(report.graph_path).graph.node}
    assert {"Gelu", "Gemm"} <= operators


def test_the_graph_is_one_that_older_runtimes_and_spark_nlp_read(tiny_model: Path) -> None:
    graph = onnx.load(tiny_model / "onnx" / "fp32" / "model.onnx")
    onnx.checker.check_model(graph, full_check=True)
    assert graph.ir_version <= 10  # onnxruntime 1.19, inside Spark NLP 5.5.3, reads no newer
    assert [entry.version for entry in graph.opset_import if entry.domain == ""] == [20]
    operators = {node.op_type for node in graph.graph.node}
    assert {"BiasGelu", "SkipLayerNormalization", "MultiHeadAttention"} <= operators
    assert not {"Where", "Shape", "Expand", "IsNaN", "Erf"} & operators
    assert [value.name for value in graph.graph.input] == ["pixel_values"]
    assert [value.name for value in graph.graph.output] == ["logits", "features"]
    assert graph.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_no_path_of_this_machine_is_in_the_file(tiny_model: Path) -> None:
    content = (tiny_model / "onnx" / "fp32" / "model.onnx").read_bytes()
    assert str(Path(module.__file__).parents[3]).encode() not in content
    assert b"site-packages" not in content


def test_exporting_twice_gives_the_same_bytes(
    tiny_checkpoint: Path, tiny_model: Path, tmp_path: Path
) -> None:
    export(str(tiny_checkpoint), tmp_path / "again")
    assert files(tmp_path / "again") == files(tiny_model)


def test_the_folder_is_one_that_transformers_loads(tiny_checkpoint: Path, tiny_model: Path) -> None:
    expected = ViTForImageClassification.from_pretrained(tiny_checkpoint)
    found = ViTForImageClassification.from_pretrained(tiny_model)
    assert found.config.id2label == expected.config.id2label
    for name, weight in expected.state_dict().items():
        assert torch.equal(found.state_dict()[name], weight), name


def test_spark_nlp_finds_the_assets_in_the_form_it_parses(tiny_model: Path) -> None:
    assets = tiny_model / "onnx" / "fp32" / "assets"
    assert json.loads((assets / "labels.json").read_text()) == {f"class {n}": n for n in range(10)}
    settings = json.loads((assets / "preprocessor_config.json").read_text())
    assert settings == {
        "do_normalize": True,
        "do_resize": True,
        "do_rescale": True,
        "image_processor_type": "ViTImageProcessor",
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "resample": 2,
        "rescale_factor": 1 / 255,
        "size": {"height": 224, "width": 224},
    }


def test_labels_that_share_a_text_stay_apart() -> None:
    assert unique_labels(["crane", "egret", "crane"]) == ["crane", "egret", "crane (2)"]
    assert unique_labels(["a", "a", "a (1)"]) == ["a", "a (1) (1)", "a (1)"]
    assert unique_labels([]) == []


def test_the_report_tells_the_measured_difference(tiny_checkpoint: Path, tmp_path: Path) -> None:
    told: list[str] = []
    report = export(str(tiny_checkpoint), tmp_path / "model", progress=told.append)
    about = json.loads((tmp_path / "model" / "vitscale.json").read_text())
    assert 0 < report.max_logit_difference < 1e-4
    assert about["onnx"]["fp32"]["max_logit_difference"] == report.max_logit_difference
    assert about["onnx"]["fp32"]["sha256"] == report.graph_sha256
    assert [line.split()[0] for line in told] == ["Loading", "Exporting", "Comparing", "Opening"]


def test_a_graph_that_computes_something_else_is_refused_and_leaves_nothing(
    tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = ViTGraph.forward
    monkeypatch.setattr(ViTGraph, "forward", lambda self, pixel_values: right(self, pixel_values) * 1.001)
    with pytest.raises(ModelError, match="differ from PyTorch"):
        export(str(tiny_checkpoint), tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_second_export_into_the_same_folder_replaces_only_its_precision(
    tiny_model: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "model"
    shutil.copytree(tiny_model, copy)
    shutil.copytree(copy / "onnx" / "fp32", copy / "onnx" / "other")
    about = json.loads((copy / "vitscale.json").read_text())
    about["onnx"]["other"] = about["onnx"]["fp32"]
    (copy / "vitscale.json").write_text(json.dumps(about))
    (copy / "notes.txt").write_text("mine")
    before = files(copy)
    (copy / "onnx" / "fp32" / "model.onnx").write_bytes(b"damaged")
    report = export(str(copy), copy)  # from the very folder it goes into
    assert report.name == "tiny-vit"
    after = files(copy)
    assert json.loads(after.pop("vitscale.json")) == json.loads(before.pop("vitscale.json"))
    assert after == before


def test_random_weights_stay_random_when_exported_again(tiny_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(tiny_model, copy)
    about = json.loads((copy / "vitscale.json").read_text())
    (copy / "vitscale.json").write_text(json.dumps(about | {"weights": "random", "name": "google/vit"}))
    assert load_checkpoint(str(copy)).weights == "random"
    report = export(str(copy), tmp_path / "second")
    assert (report.name, report.weights) == ("google/vit", "random")


def test_another_model_in_the_folder_is_not_replaced(tiny_model: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_model, tmp_path / "model")
    before = files(tmp_path / "model")
    other = write_tiny_vit(tmp_path / "other", seed=1)
    with pytest.raises(OutputError, match="other weights"):
        export(str(other), tmp_path / "model")
    assert files(tmp_path / "model") == before


def test_a_strangers_folder_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(OutputError, match="Nothing was changed"):
        export("no/such-model", tmp_path / "mine")
    assert files(tmp_path / "mine") == {"thesis.tex": b"years of work"}


def test_a_file_in_the_way_an_unknown_precision_and_a_wrong_size_are_told(
    tiny_checkpoint: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        export(str(tiny_checkpoint), tmp_path / "file")
    with pytest.raises(OutputError, match="Cannot write"):
        export(str(tiny_checkpoint), tmp_path / "file" / "below")
    with pytest.raises(UsageError, match="Unknown precision 'fp8'"):
        export(str(tiny_checkpoint), tmp_path / "model", precision="fp8")
    shutil.copytree(tiny_checkpoint, tmp_path / "wrong")
    settings = tmp_path / "wrong" / "preprocessor_config.json"
    settings.write_text(settings.read_text().replace("224", "192"))
    with pytest.raises(ModelError, match="images of 192x192 pixels"):
        export(str(tmp_path / "wrong"), tmp_path / "model")
