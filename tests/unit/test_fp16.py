"""The float16 graph: what it keeps in float32, and how close it stays to PyTorch."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image
from transformers import ViTForImageClassification
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.errors import ModelError
from vitscale.models import ModelFolder
from vitscale.models.export import build as module
from vitscale.models.export.run import export

FLOAT, FLOAT16, UINT8 = onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.UINT8
VARIANTS = ["fp16", "fp16-uint8"]


@pytest.fixture(scope="module")
def model(tiny_model: Path, photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model with its float16 graphs, over floats and over bytes."""
    copy = tmp_path_factory.mktemp("half") / "model"
    shutil.copytree(tiny_model, copy)
    export(str(copy), copy, "fp16", images=photos)
    export(str(copy), copy, "fp16", images=photos, input_type="uint8")
    return copy


@pytest.mark.parametrize("variant", VARIANTS)
def test_types_outside_stay_and_inside_only_the_classifier_is_float32(model: Path, variant: str) -> None:
    path = ModelFolder.open(model, variant).onnx_path
    onnx.checker.check_model(onnx.load(path), full_check=True)
    graph = onnx.load(path).graph
    given, answered = graph.input[0].type.tensor_type, graph.output[0].type.tensor_type
    assert given.elem_type == (UINT8 if variant.endswith("uint8") else FLOAT)
    assert answered.elem_type == FLOAT
    assert given.shape.dim[0].dim_param == answered.shape.dim[0].dim_param == "batch"
    kinds = {tensor.name: tensor.data_type for tensor in graph.initializer}
    takers = [(node.op_type, {kinds.get(one) for one in node.input}) for node in graph.node]
    assert [name for name, types in takers if FLOAT in types] == ["Gemm"]
    products = [name for name, types in takers if FLOAT16 in types and name in {"Gemm", "MatMul"}]
    assert len(products) == 12 + variant.endswith("uint8")  # six a layer, two layers; bytes to patches
    (classifier,) = (node for node in graph.node if any(kinds.get(one) == FLOAT for one in node.input))
    assert list(classifier.output) == ["logits"]  # not rounded on their way out


@pytest.mark.parametrize("variant", VARIANTS)
def test_biases_are_added_where_the_result_of_a_product_is_read(model: Path, variant: str) -> None:
    graph = onnx.load(ModelFolder.open(model, variant).onnx_path).graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    takers = [node for node in graph.node if node.op_type in {"BiasGelu", "SkipLayerNormalization"}]
    assert [node.op_type for node in takers] == [
        "SkipLayerNormalization",
        "BiasGelu",
        "SkipLayerNormalization",
    ] * 2
    assert all(onnx.numpy_helper.to_array(constants[node.input[-1]]).any() for node in takers)
    assert [len(node.input) for node in takers] == [5, 2, 5] * 2
    assert sum(node.op_type == "MultiHeadAttention" for node in graph.node) == 2


@pytest.mark.parametrize("variant", VARIANTS)
def test_logits_stay_close_to_pytorch(model: Path, photos: Path, variant: str) -> None:
    images = [Image.open(path).convert("RGB") for path in sorted(photos.rglob("*.jpg"))]
    processor = ViTImageProcessorPil.from_pretrained(model)
    pixels = processor(images, return_tensors="pt")["pixel_values"]
    expected = ViTForImageClassification.from_pretrained(model)(pixel_values=pixels).logits.detach().numpy()
    taken = pixels.numpy()
    if variant.endswith("uint8"):
        raw = processor(images, do_rescale=False, do_normalize=False, return_tensors="np")["pixel_values"]
        taken = raw.transpose(0, 2, 3, 1).astype(np.uint8)
    path = ModelFolder.open(model, variant).onnx_path
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(["logits"], {"pixel_values": taken})[0]
    assert 0 < np.abs(found - expected).max() < 0.01 * expected.std()


@pytest.mark.parametrize("variant", VARIANTS)
def test_its_cost_is_measured_and_its_file_is_smaller(model: Path, variant: str) -> None:
    facts = json.loads((model / "vitscale.json").read_text())["onnx"][variant]
    assert facts["cost"]["images"] == 12
    assert facts["cost"]["top1_agreement"] == 1.0
    assert 0 < facts["cost"]["max_logit_difference"] == facts["max_logit_difference"]
    half, whole = (
        ModelFolder.open(model, name).onnx_path.stat().st_size
        for name in (variant, variant.replace("fp16", "fp32").removesuffix("-uint8"))
    )
    assert half < 0.75 * whole


def test_a_graph_that_answers_otherwise_is_not_written(
    model: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(source: Path, target: Path) -> None:
        graph = onnx.load(source)
        (bias,) = (one for one in graph.graph.initializer if one.name.endswith("classifier.bias"))
        values = np.zeros(bias.dims, np.float32)
        values[3] = 100.0
        bias.CopyFrom(onnx.numpy_helper.from_array(values, bias.name))
        onnx.save(graph, target)

    before = (model / "onnx" / "fp16" / "model.onnx").read_bytes()
    monkeypatch.setattr(module, "halve", broken)
    with pytest.raises(ModelError, match=r"fp16 keeps .* expected at least 99%"):
        export(str(model), model, "fp16", images=photos)
    assert (model / "onnx" / "fp16" / "model.onnx").read_bytes() == before
