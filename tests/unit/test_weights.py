"""Weights as training programs write them: each form gives the logits of the plain one, or is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from vitscale.errors import ModelError
from vitscale.models.checkpoint.load import load_checkpoint

from tests.fixtures.small_vit import CONFIG, weights_of, write_json

Weights = dict[str, torch.Tensor]
PIXELS = torch.linspace(-1, 1, 3 * 32 * 32).reshape(1, 3, 32, 32)


def logits(folder: Path) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = load_checkpoint(str(folder)).model(pixel_values=PIXELS).logits
    return found


def renamed(change: Callable[[str], str]) -> Callable[[Weights], Weights]:
    return lambda weights: {change(key): tensor for key, tensor in weights.items()}


def without_vit(key: str) -> str:
    return key.removeprefix("vit.")


SAME = {
    "plain": renamed(lambda key: key),
    "DataParallel": renamed(lambda key: f"module.{key}"),
    "torch.compile": renamed(lambda key: f"_orig_mod.{key}"),
    "both": renamed(lambda key: f"module._orig_mod.{key}"),
    "compiled encoder": renamed(lambda key: key.replace("vit.", "vit._orig_mod.")),
    "FSDP": renamed(lambda key: f"_fsdp_wrapped_module.{key}"),
    "Lightning": renamed(lambda key: f"model.{key}"),
    "attribute vit": renamed(lambda key: f"vit.{key}"),
    "merged PEFT": renamed(lambda key: f"base_model.model.{key}"),
    "without vit": renamed(without_vit),
    "vit twice": renamed(lambda key: key.replace("vit.", "vit.vit.")),
    "with a pooler": lambda weights: {
        **weights,
        "vit.pooler.dense.weight": torch.zeros(32, 32),
        "vit.pooler.dense.bias": torch.zeros(32),
        "vit.embeddings.mask_token": torch.zeros(1, 1, 32),
    },
}


@pytest.mark.parametrize("form", SAME)
def test_prefixes_of_training_programs_are_removed(small_vit: Path, weightless: Path, form: str) -> None:
    save_file(SAME[form](weights_of(small_vit)), weightless / "model.safetensors")
    assert torch.equal(logits(weightless), logits(small_vit))


@pytest.mark.parametrize("wrapper", [None, "state_dict", "model_state_dict", "model"])
@pytest.mark.parametrize("legacy", [False, True])
def test_pytorch_model_bin_is_read(
    small_vit: Path, weightless: Path, wrapper: str | None, legacy: bool
) -> None:
    content: Any = weights_of(small_vit)
    if wrapper:
        content = {wrapper: content, "epoch": 3, "optimizer_states": []}
    torch.save(content, weightless / "pytorch_model.bin", _use_new_zipfile_serialization=not legacy)
    assert torch.equal(logits(weightless), logits(small_vit))


@pytest.mark.parametrize("suffix", ["safetensors", "bin"])
def test_shards_are_read(small_vit: Path, weightless: Path, suffix: str) -> None:
    stem = "model" if suffix == "safetensors" else "pytorch_model"
    save = save_file if suffix == "safetensors" else torch.save
    weights = weights_of(small_vit)
    names = [f"{stem}-0000{part}-of-00002.{suffix}" for part in (1, 2)]
    for part, name in enumerate(names):
        save(dict(list(weights.items())[part::2]), weightless / name)
    placed = {key: names[number % 2] for number, key in enumerate(weights)}
    write_json(weightless / f"{stem}.{suffix}.index.json", {"weight_map": placed})  # metadata is not needed
    assert torch.equal(logits(weightless), logits(small_vit))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_another_precision_are_read_in_float32(
    small_vit: Path, weightless: Path, dtype: torch.dtype
) -> None:
    save_file(
        {key: one.to(dtype) for key, one in weights_of(small_vit).items()}, weightless / "model.safetensors"
    )
    model = load_checkpoint(str(weightless)).model
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    torch.testing.assert_close(logits(weightless), logits(small_vit), atol=0.2, rtol=0)


def test_shared_weights_are_read(small_vit: Path, weightless: Path) -> None:
    weights = weights_of(small_vit)
    layer = "vit.encoder.layer.0.attention.attention"
    weights[f"{layer}.key.weight"] = weights[f"{layer}.query.weight"]
    torch.save(weights, weightless / "pytorch_model.bin")
    model = load_checkpoint(str(weightless)).model
    assert torch.equal(model.vit.layers[0].attention.k_proj.weight, weights[f"{layer}.query.weight"])


def changed(**changes: torch.Tensor | None) -> Callable[[Weights], Weights]:
    def change(weights: Weights) -> Weights:
        every = {**weights, **{key.replace("__", "."): value for key, value in changes.items()}}
        return {key: value for key, value in every.items() if value is not None}

    return change


MISFITS = {
    "no classifier": (
        changed(classifier__weight=None, classifier__bias=None),
        r"lacks.*classifier\.bias, cl",
    ),
    "other classes": (
        changed(classifier__weight=torch.zeros(5, 32), classifier__bias=torch.zeros(5)),
        r"classifier\.weight is \[5, 32\], expected \[3, 32\]",
    ),
    "a head of two layers": (
        lambda weights: {key.replace("classifier.", "classifier.1."): one for key, one in weights.items()},
        r"lacks.*classifier\.weight.*it has classifier\.1\.bias",
    ),
    "a loss": (changed(criterion__weight=torch.ones(3)), r"lacks: criterion\.weight"),
    "an encoder layer too few": (
        lambda weights: {key: one for key, one in weights.items() if "output.dense" not in key},
        "lacks weights",
    ),
    "another image size": (
        changed(vit__embeddings__position_embeddings=torch.zeros(1, 26, 32)),
        r"position_embeddings is \[1, 26, 32\], expected \[1, 17, 32\]",
    ),
    "integers": (
        changed(classifier__bias=torch.zeros(3, dtype=torch.int8)),
        r"classifier\.bias.*torch\.int8",
    ),
    "no numbers": (changed(classifier__bias=torch.full((3,), torch.nan)), r"classifier\.bias.*not finite"),
    "a LoRA adapter": (
        lambda weights: {
            f"base_model.model.vit.layer.{one}.weight": torch.zeros(2) for one in ("lora_A", "lora_B")
        },
        "merge_and_unload",
    ),
    "twice": (
        changed(module__classifier__bias=torch.zeros(3)),
        r"several weights that mean classifier\.bias",
    ),
}


@pytest.mark.parametrize("misfit", MISFITS)
def test_weights_that_would_be_random_or_left_out_are_refused(
    small_vit: Path, weightless: Path, misfit: str
) -> None:
    change, said = MISFITS[misfit]
    save_file(change(weights_of(small_vit)), weightless / "model.safetensors")
    with pytest.raises(ModelError, match=said) as refused:
        load_checkpoint(str(weightless))
    assert "\n" not in str(refused.value)


def test_an_architecture_far_larger_than_its_weights_takes_no_memory(
    small_vit: Path, weightless: Path
) -> None:
    shutil.copy(small_vit / "model.safetensors", weightless)
    write_json(weightless / "config.json", {**CONFIG, "hidden_size": 1 << 15, "num_hidden_layers": 500})
    with pytest.raises(ModelError, match=r"describes a model of .* weights, but its files have"):
        load_checkpoint(str(weightless))


def test_the_config_that_names_another_head_says_so_before_weights_are_read(weightless: Path) -> None:
    write_json(weightless / "config.json", {**CONFIG, "architectures": ["ViTForMaskedImageModeling"]})
    with pytest.raises(ModelError, match=r"ViTForMaskedImageModeling.*expected a classifier"):
        load_checkpoint(str(weightless))


def test_weights_of_another_head_are_named_with_those_that_are_missing(
    small_vit: Path, weightless: Path
) -> None:
    encoder = {key: one for key, one in weights_of(small_vit).items() if not key.startswith("classifier")}
    decoder = {"decoder.0.weight": torch.zeros(4), "vit.embeddings.mask_token": torch.zeros(1, 1, 32)}
    save_file({**encoder, **decoder}, weightless / "model.safetensors")
    with pytest.raises(ModelError, match=r"lacks weights.*classifier\.weight.*decoder\.0\.weight"):
        load_checkpoint(str(weightless))
