"""Plain Vision Transformers of timm on oneDNN: the answers of Transformers; others are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import vitscale
from transformers import AutoImageProcessor, AutoModelForImageClassification
from transformers.image_utils import load_image
from vitscale.models.calibration import calibrate
from vitscale.models.export.run import export

from tests.fixtures.instructions import lacks
from tests.fixtures.tiny_checkpoints import LABELS, write_tiny
from tests.fixtures.tiny_families import TinyFamily
from tests.fixtures.tiny_timm import TINY_TIMM

MODELS: dict[str, dict[str, Any]] = {
    "class token": {},
    "mean, then its norm": {"global_pool": "avg"},
    "mean of what is normalised": {"global_pool": "avg", "fc_norm": False},
    "mean without a norm": {"global_pool": "avg", "final_norm": False},
    "no class token": {"global_pool": "avg", "class_token": False},
    "registers and layer scales": {"reg_tokens": 4, "no_embed_class": True, "init_values": 0.1},
    "registers with positions": {"reg_tokens": 2, "global_pool": "avg"},
    "norm before the blocks, as in CLIP": {"pre_norm": True, "act_layer": "quick_gelu"},
    "no positions": {"pos_embed": "none"},
    "no bias of queries, keys and values": {"qkv_bias": False, "act_layer": "gelu_tanh"},
    "one size alone": {"dynamic_img_size": False, "depth": 3, "mlp_ratio": 2.5},
}
"""Arguments of timm's `VisionTransformer`."""


def tiny(**arguments: Any) -> TinyFamily:
    settings = TINY_TIMM["timm-vit"]
    return TinyFamily({**settings, "model_args": {**settings["model_args"], **arguments}}, {})


def exported(model: TinyFamily, folder: Path) -> tuple[Path, Path]:
    """Write a checkpoint and its export."""
    source = write_tiny(model, "timm_wrapper", folder / "checkpoint")
    export(str(source), folder / "model")
    return source, folder / "model"


def theirs(source: Path, files: list[Path]) -> np.ndarray[Any, Any]:
    """Return the probabilities of Transformers [files, labels]."""
    processor = AutoImageProcessor.from_pretrained(source)
    model = AutoModelForImageClassification.from_pretrained(source).eval()
    images = [load_image(str(file)) for file in files]
    with torch.inference_mode():
        logits = torch.cat([model(**processor(image, return_tensors="pt")).logits for image in images])
    return np.asarray(logits.softmax(dim=1))


def ours(model: Path, files: list[Path], precision: str = "fp32") -> np.ndarray[Any, Any]:
    with vitscale.ViT(model, precision, runtime="onednn") as vit:
        answers: Any = vit.classify(files, top_k=LABELS)
    found = [{one["label_id"]: one["score"] for one in answer} for answer in answers]
    return np.array([[scores[label] for label in range(LABELS)] for scores in found])


@pytest.mark.parametrize("name", MODELS)
def test_it_gives_transformers_answers(name: str, photos: Path, tmp_path: Path) -> None:
    source, model = exported(tiny(**MODELS[name]), tmp_path)
    files = sorted(photos.rglob("*.jpg"))[:6]
    expected = theirs(source, files)
    assert np.abs(ours(model, files) - expected).max() < 1e-5
    assert len({tuple(row) for row in expected.round(3).tolist()}) == len(files), "photos look alike"
    lower = {"bf16": 0.02, "int8": 0.1}
    for precision, most in lower.items():
        if not lacks(precision):
            if precision == "int8":
                calibrate(model, photos, force=True)
            assert np.abs(ours(model, files, precision) - expected).max() < most, precision


@pytest.mark.parametrize(
    "arguments",
    [
        {"qk_norm": True},
        {"scale_attn_norm": True},
        {"scale_mlp_norm": True},
        {"proj_bias": False},
        {"global_pool": "map"},
        {"global_pool": "max"},
        {"global_pool": "avg", "pool_include_prefix": True},
        {"norm_layer": "rmsnorm"},
        {"act_layer": "hard_swish"},
        {"final_norm": False},
    ],
    ids=str,
)
def test_other_parts_are_refused_and_auto_takes_onnx_runtime(
    arguments: dict[str, Any], photos: Path, tmp_path: Path
) -> None:
    _, model = exported(tiny(**arguments), tmp_path)
    assert json.loads((model / "config.json").read_text())["plain_vit"] is None
    with pytest.raises(vitscale.ModelError, match=r'architecture in .* is "test_vit"; .* a plain Vision Tra'):
        vitscale.ViT(model, runtime="onednn")
    with vitscale.ViT(model) as vit:
        assert vit.classify(next(photos.rglob("*.jpg")))


def test_merging_needs_no_export(photos: Path, tmp_path: Path) -> None:
    _, model = exported(tiny(), tmp_path)
    files = sorted(photos.rglob("*.jpg"))[:6]
    merged = ours(model, files, "fp32-tome2")
    assert 0 < np.abs(merged - ours(model, files)).max() < 0.2
