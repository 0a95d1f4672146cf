"""Variants of a model: bytes as input, eight-bit integers, merged tokens, and what each of them costs."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image
from transformers import ViTForImageClassification
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.errors import ImageError, ModelError, UsageError
from vitscale.models import ModelFolder
from vitscale.models.export.accuracy_loss import LEAST_AGREEMENT, Cost, refuse_if_too_high
from vitscale.models.export.onnx_file import open_session
from vitscale.models.export.run import export
from vitscale.models.export.variant import Variant
from vitscale.models.graph.token_merging import merge

from tests.fixtures.tiny_vit import write_tiny_vit


@pytest.fixture(scope="module")
def model(tiny_model: Path, photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model with every kind of variant."""
    copy = tmp_path_factory.mktemp("variants") / "model"
    shutil.copytree(tiny_model, copy)
    export(str(copy), copy, input_type="uint8")
    export(str(copy), copy, token_merging=4, images=photos)
    export(str(copy), copy, "int8", images=photos, force=True)
    export(str(copy), copy, "int8-static", images=photos, input_type="uint8", force=True)
    return copy


def graph_of(model: Path, variant: str) -> onnx.GraphProto:
    return onnx.load(ModelFolder.open(model, variant).onnx_path).graph


def run(model: Path, variant: str, pixels: np.ndarray) -> np.ndarray:
    session = open_session(ModelFolder.open(model, variant).onnx_path)
    return session.run(["logits"], {"pixel_values": pixels})[0]


def facts(model: Path, variant: str) -> dict:
    return json.loads((model / "vitscale.json").read_text())["onnx"][variant]


def test_the_folder_knows_all_its_variants(model: Path) -> None:
    names = ["fp32", "fp32-uint8", "fp32-tome4", "int8", "int8-static-uint8"]
    assert list(json.loads((model / "vitscale.json").read_text())["onnx"]) == names
    for name in names:
        assert ModelFolder.open(model, name).input_type == ("uint8" if "uint8" in name else "float32")


def test_bytes_give_the_logits_of_normalised_pixels(model: Path) -> None:
    images = [
        Image.fromarray(np.random.default_rng(n).integers(256, size=(224, 224, 3), dtype=np.uint8))
        for n in (0, 1)
    ]
    normalised = ViTImageProcessorPil.from_pretrained(model)(images, return_tensors="pt")["pixel_values"]
    expected = ViTForImageClassification.from_pretrained(model)(pixel_values=normalised).logits.detach()
    found = run(model, "fp32-uint8", np.stack([np.asarray(image) for image in images]))
    np.testing.assert_allclose(found, expected.numpy(), atol=2e-5)


def test_the_settings_of_any_processor_go_into_the_weights(tmp_path: Path) -> None:
    source = write_tiny_vit(tmp_path / "source", image_size=[50, 70], patch_size=[16, 32])
    processor = ViTImageProcessorPil(
        size={"height": 50, "width": 70},
        image_mean=[0.1, 0.5, 0.9],
        image_std=[0.2, 0.3, 0.7],
        rescale_factor=1 / 200,
    )
    processor.save_pretrained(source)
    report = export(str(source), tmp_path / "model", input_type="uint8")
    pixels = np.random.default_rng(0).integers(256, size=(3, 50, 70, 3), dtype=np.uint8)
    normalised = processor([Image.fromarray(one) for one in pixels], return_tensors="pt")["pixel_values"]
    expected = ViTForImageClassification.from_pretrained(source)(pixel_values=normalised).logits.detach()
    np.testing.assert_allclose(run(tmp_path / "model", report.variant, pixels), expected.numpy(), atol=5e-5)


def test_a_graph_over_bytes_says_so(model: Path) -> None:
    value = graph_of(model, "fp32-uint8").input[0].type.tensor_type
    assert value.elem_type == onnx.TensorProto.UINT8
    assert [dim.dim_value for dim in value.shape.dim][1:] == [224, 224, 3]
    assert value.shape.dim[0].dim_param == "batch"


def test_only_products_with_weights_become_integers(model: Path) -> None:
    dynamic = [node.op_type for node in graph_of(model, "int8").node]
    assert dynamic.count("MatMulInteger") == 12  # six a layer, two layers
    assert dynamic.count("MatMul") == 1  # the classifier
    assert {"Conv", "SkipLayerNormalization", "MultiHeadAttention", "Gelu"} <= set(dynamic)
    weights = graph_of(model, "int8-static-uint8").initializer
    stored = [
        tensor for tensor in weights if tensor.data_type == onnx.TensorProto.INT8 and len(tensor.dims) == 2
    ]
    assert len(stored) == 12
    scales = {tensor.name: tensor.dims for tensor in weights if tensor.name.endswith("_scale")}
    assert all(
        scales[f"{tensor.name.removesuffix('_quantized')}_scale"] == [tensor.dims[1]] for tensor in stored
    )


@pytest.mark.parametrize("variant", ["int8", "int8-static-uint8"])
def test_integers_stay_close_to_float(model: Path, photos: Path, variant: str) -> None:
    images = [Image.open(path).convert("RGB") for path in sorted(photos.rglob("*.jpg"))]
    processor = ViTImageProcessorPil.from_pretrained(model)
    pixels = processor(images, return_tensors="pt")["pixel_values"]
    expected = ViTForImageClassification.from_pretrained(model)(pixel_values=pixels).logits.detach().numpy()
    if variant.endswith("uint8"):
        raw = processor(images, do_rescale=False, do_normalize=False, return_tensors="np")["pixel_values"]
        found = run(model, variant, raw.transpose(0, 2, 3, 1).astype(np.uint8))
    else:
        found = run(model, variant, pixels.numpy())
    assert 0 < np.abs(found - expected).max() < 0.25 * expected.std()


def test_the_cost_is_what_it_says(model: Path, photos: Path) -> None:
    cost = facts(model, "int8")["cost"]
    images = [Image.open(path).convert("RGB") for path in sorted(photos.rglob("*.jpg"))]
    pixels = ViTImageProcessorPil.from_pretrained(model)(images, return_tensors="pt")["pixel_values"]
    expected = ViTForImageClassification.from_pretrained(model)(pixel_values=pixels).logits.detach().numpy()
    found = np.concatenate([run(model, "int8", pixels[start : start + 8].numpy()) for start in (0, 8)])
    assert cost["images"] == 12
    assert cost["max_logit_difference"] == pytest.approx(np.abs(found - expected).max(), abs=1e-3)
    assert cost["top1_agreement"] == (found.argmax(1) == expected.argmax(1)).mean()
    assert cost["accuracy"] is None


def test_half_of_the_images_calibrate_and_the_others_measure(model: Path) -> None:
    assert facts(model, "int8-static-uint8")["cost"]["images"] == 6


def test_labels_are_read_from_class_folders(tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    for number, path in enumerate(sorted(photos.rglob("*.jpg"))):
        folder = tmp_path / "images" / ("Class 3" if number < 4 else "stranger")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder)
    shutil.copytree(tiny_model, tmp_path / "model")
    report = export(str(tiny_model), tmp_path / "model", token_merging=1, images=tmp_path / "images")
    pixels = ViTImageProcessorPil.from_pretrained(tiny_model)(
        [Image.open(path).convert("RGB") for path in sorted((tmp_path / "images" / "Class 3").iterdir())],
        return_tensors="pt",
    )["pixel_values"]
    top1 = ViTForImageClassification.from_pretrained(tiny_model)(pixel_values=pixels).logits.argmax(1)
    assert report.cost is not None
    assert report.cost["labelled"] == 4
    assert report.cost["fp32_accuracy"] == (top1 == 3).float().mean().item()


def test_an_int8_model_that_disagrees_is_refused_unless_forced() -> None:
    def cost(agreement: float) -> Cost:
        return Cost(200, agreement, 0.1, 0.01, 0, None, None)

    refuse_if_too_high(cost(LEAST_AGREEMENT), "vit", "int8")
    with pytest.raises(ModelError, match=r"98\.5% of 200 images.*--force"):
        refuse_if_too_high(cost(0.985), "vit", "int8")


def test_a_refused_variant_leaves_the_folder_as_it_was(
    tiny_model: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_model, tmp_path / "model")
    monkeypatch.setattr("vitscale.models.export.accuracy_loss.LEAST_AGREEMENT", 1.1)  # no model can reach it
    with pytest.raises(ModelError, match="Nothing was written"):
        export(str(tiny_model), tmp_path / "model", "int8", images=photos)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert [path.name for path in (tmp_path / "model" / "onnx").iterdir()] == ["fp32"]


def test_an_image_that_cannot_be_read_is_named(tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    shutil.copytree(photos, tmp_path / "images")
    (tmp_path / "images" / "rocket" / "broken.jpg").write_bytes(b"no image")
    with pytest.raises(ImageError, match=r"broken\.jpg cannot be read"):
        export(str(tiny_model), tmp_path / "model", "int8", images=tmp_path / "images")
    with pytest.raises(UsageError, match="There is no folder"):
        export(str(tiny_model), tmp_path / "model", "int8", images=tmp_path / "nowhere")


def test_names_and_impossible_choices() -> None:
    assert Variant().name == "fp32"
    assert Variant("int8", "uint8", 8).name == "int8-uint8-tome8"
    assert [Variant().lossless, Variant("fp32", "uint8").lossless, Variant("int8").lossless] == [
        True,
        True,
        False,
    ]
    for wrong in ({"precision": "fp4"}, {"input_type": "int64"}, {"token_merging": -1}):
        with pytest.raises(UsageError, match=str(next(iter(wrong.values())))):
            Variant(**wrong)


def merged_by_the_paper(
    hidden: torch.Tensor, sizes: torch.Tensor, keys: torch.Tensor, pairs: int
) -> list[torch.Tensor]:
    """Section 3 of Bolya et al. 2023, one token after the other: the merged tokens of one image."""
    metric = torch.nn.functional.normalize(keys.mean(0), dim=1)
    seekers, hosts = list(range(0, len(hidden), 2)), list(range(1, len(hidden), 2))
    edges = []
    for seeker in seekers[1:]:  # the class token is never merged
        similarity, host = max((float(metric[seeker] @ metric[host]), -host) for host in hosts)
        edges.append((similarity, seeker, -host))
    joined = sorted(edges, reverse=True)[:pairs]
    groups = {number: [number] for number in range(len(hidden))}
    for _, seeker, host in joined:
        groups[host].append(seeker)
        del groups[seeker]
    return [
        torch.cat([(hidden[group] * sizes[group]).sum(0) / sizes[group].sum(), sizes[group].sum(0)])
        for group in groups.values()
    ]


@pytest.mark.parametrize(("tokens", "pairs"), [(50, 8), (50, 24), (7, 3), (8, 1)])
def test_tokens_merge_as_the_paper_says(tokens: int, pairs: int) -> None:
    torch.manual_seed(tokens + pairs)
    hidden, keys = torch.randn(3, tokens, 16), torch.randn(3, 2, tokens, 8)
    sizes = torch.randint(1, 5, (3, tokens, 1)).float()
    merged, merged_sizes = merge(hidden, sizes, keys, pairs)
    assert merged.shape == (3, tokens - pairs, 16)
    torch.testing.assert_close(merged_sizes.sum(1), sizes.sum(1))
    torch.testing.assert_close(merged[:, 0], hidden[:, 0])  # the class token keeps its place
    for image in range(3):
        expected = merged_by_the_paper(hidden[image], sizes[image], keys[image], pairs)
        found = list(torch.cat([merged[image], merged_sizes[image]], dim=1))
        for one in expected:
            assert any(torch.allclose(one, other, atol=1e-5) for other in found)


def test_merged_tokens_still_give_nearly_the_same_logits(model: Path) -> None:
    cost = facts(model, "fp32-tome4")["cost"]
    assert 0 < cost["max_logit_difference"] < 1
    assert facts(model, "fp32-tome4")["token_merging"] == 4
