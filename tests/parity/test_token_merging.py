"""Merged tokens on oneDNN against the paper's algorithm over Transformers' own layers, and the graph."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import vitscale
from transformers import AutoImageProcessor, ViTForImageClassification
from transformers.image_utils import load_image
from vitscale.errors import ModelError
from vitscale.models.export.run import export
from vitscale.models.folder import ModelFolder

from tests.fixtures.tiny_checkpoints import write_tiny_family

LABELS = 10
TOLERANCE = 1e-5
"""Of scores."""


@pytest.fixture(scope="module")
def files(photos: Path) -> list[Path]:
    return sorted(photos.rglob("*.jpg"))[:6]


def reference_scores(checkpoint: Path, files: list[Path], pairs: int) -> np.ndarray:
    """Return the scores of a ViT that merges tokens as Bolya et al. 2023 write it, one row for each file."""
    processor = AutoImageProcessor.from_pretrained(checkpoint, backend="pil")
    model = ViTForImageClassification.from_pretrained(checkpoint).eval()
    with torch.inference_mode():
        logits = [
            merged_logits(model, processor(load_image(str(file)), return_tensors="pt").pixel_values, pairs)
            for file in files
        ]
        return torch.stack(logits).softmax(dim=1).numpy()


def merged_logits(model: Any, pixels: torch.Tensor, pairs: int) -> torch.Tensor:
    tokens = model.vit.embeddings(pixels)[0]
    sizes = torch.ones(len(tokens))
    for number, layer in enumerate(model.vit.layers):
        mixed, keys = attend(layer.attention, layer.layernorm_before(tokens), sizes)
        tokens = tokens + mixed
        if number < len(model.vit.layers) - 1:
            tokens, sizes = merge(tokens, sizes, keys, min(pairs, (len(tokens) - 1) // 2))
        tokens = tokens + layer.mlp(layer.layernorm_after(tokens))
    logits: torch.Tensor = model.classifier(model.vit.layernorm(tokens[0]))
    return logits


def attend(module: Any, normed: torch.Tensor, sizes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Proportional attention (equation 1); the keys are the mean over the heads."""
    heads = module.num_attention_heads
    query, key, value = (
        part(normed).unflatten(1, (heads, -1)).transpose(0, 1)
        for part in (module.q_proj, module.k_proj, module.v_proj)
    )
    scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[2]) + sizes.log()
    mixed = (scores.softmax(dim=2) @ value).transpose(0, 1).flatten(1)
    return module.o_proj(mixed), key.mean(dim=0)


def merge(
    tokens: torch.Tensor, sizes: torch.Tensor, keys: torch.Tensor, pairs: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Merge tokens one after another (section 3, appendix D)."""
    seekers, hosts = range(0, len(tokens), 2), range(1, len(tokens), 2)
    alike = torch.nn.functional.cosine_similarity(keys[:, None], keys[None], dim=2)
    host_of = {one: max(hosts, key=lambda host, one=one: alike[one, host].item()) for one in seekers}
    by_likeness = sorted(list(seekers)[1:], key=lambda one: alike[one, host_of[one]].item())
    split = len(by_likeness) - pairs
    groups = [[one] for one in [0, *by_likeness[:split]]]
    groups += [[host, *(one for one in by_likeness[split:] if host_of[one] == host)] for host in hosts]
    means = [(tokens[group] * sizes[group, None]).sum(0) / sizes[group].sum() for group in groups]
    return torch.stack(means), torch.stack([sizes[group].sum() for group in groups])


def scores(model: Path, precision: str, files: list[Path], runtime: Any) -> np.ndarray:
    with vitscale.ViT(model, precision, runtime=runtime) as vit:
        answers: Any = vit.classify(files, top_k=LABELS)
    rows = [sorted(answer, key=lambda one: one["label_id"]) for answer in answers]
    return np.array([[one["score"] for one in row] for row in rows])


@pytest.mark.parametrize("pairs", [1, 4, 16, 1000])
def test_scores_are_those_of_the_paper(
    tiny_checkpoint: Path, tiny_model: Path, files: list[Path], pairs: int
) -> None:
    expected = reference_scores(tiny_checkpoint, files, pairs)
    # Without a graph of this name, oneDNN is the only choice.
    found = scores(tiny_model, f"fp32-tome{pairs}", files, "auto")
    assert np.abs(found - expected).max() < TOLERANCE
    plain = scores(tiny_model, "fp32", files, "onednn")
    assert np.abs(found - plain).max() > TOLERANCE, "nothing was merged"


def test_the_graph_gives_the_same(tiny_model: Path, files: list[Path], tmp_path: Path) -> None:
    model = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    export(str(model), model, token_merging=4, images=files[0].parent, force=True)
    graph = scores(model, "fp32-tome4", files, "onnxruntime")
    assert np.abs(scores(model, "fp32-tome4", files, "onednn") - graph).max() < TOLERANCE


def test_a_benchmark_finds_the_model_without_a_graph(tiny_model: Path) -> None:
    assert ModelFolder.open_for(tiny_model, "fp32-tome8", "onednn").precision == "fp32-tome8"
    with pytest.raises(ModelError, match="not fp32-tome8"):
        ModelFolder.open_for(tiny_model, "fp32-tome8", "onnxruntime")


@pytest.mark.parametrize("name", ["deit", "swin", "convnext", "beit"])
def test_a_model_whose_tokens_cannot_be_merged_is_refused(
    name: str, files: list[Path], tmp_path: Path
) -> None:
    export(str(write_tiny_family(name, tmp_path / "checkpoint")), tmp_path / "model")
    with pytest.raises(ModelError, match=r"merges tokens, which needs a ViT .* Ask for fp32\."):
        vitscale.ViT(tmp_path / "model", "fp32-tome4", runtime="onednn")
