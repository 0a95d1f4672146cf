"""Weights as checkpoints hold them: each form gives the plain one's logits, or is named for what it is."""

import io
import json
import pickle
import shutil
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from vitscale.errors import ModelError
from vitscale.models.checkpoint.load import load_checkpoint

from tests.fixtures.small_vit import CONFIG, weights_of, write_json, write_small_vit

Weights = dict[str, torch.Tensor]
PIXELS = torch.linspace(-1, 1, 3 * 32 * 32).reshape(1, 3, 32, 32)
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_vit(tmp_path_factory.mktemp("small") / "small-vit")


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    """The checkpoint without weights."""
    shutil.copytree(small, tmp_path / "m")
    (tmp_path / "m" / "model.safetensors").unlink()
    return tmp_path / "m"


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
def test_prefixes_of_training_programs_are_removed(small: Path, folder: Path, form: str) -> None:
    save_file(SAME[form](weights_of(small)), folder / "model.safetensors")
    assert torch.equal(logits(folder), logits(small))


@pytest.mark.parametrize("wrapper", [None, "state_dict", "model_state_dict", "model"])
@pytest.mark.parametrize("legacy", [False, True])
def test_pytorch_model_bin_is_read(small: Path, folder: Path, wrapper: str | None, legacy: bool) -> None:
    content: Any = weights_of(small)
    if wrapper:
        content = {wrapper: content, "epoch": 3, "optimizer_states": []}
    torch.save(content, folder / "pytorch_model.bin", _use_new_zipfile_serialization=not legacy)
    assert torch.equal(logits(folder), logits(small))


@pytest.mark.parametrize("suffix", ["safetensors", "bin"])
def test_shards_are_read(small: Path, folder: Path, suffix: str) -> None:
    stem = "model" if suffix == "safetensors" else "pytorch_model"
    save = save_file if suffix == "safetensors" else torch.save
    weights = weights_of(small)
    names = [f"{stem}-0000{part}-of-00002.{suffix}" for part in (1, 2)]
    for part, name in enumerate(names):
        save(dict(list(weights.items())[part::2]), folder / name)
    placed = {key: names[number % 2] for number, key in enumerate(weights)}
    write_json(folder / f"{stem}.{suffix}.index.json", {"weight_map": placed})  # metadata is not needed
    assert torch.equal(logits(folder), logits(small))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_another_precision_are_read_in_float32(
    small: Path, folder: Path, dtype: torch.dtype
) -> None:
    save_file({key: one.to(dtype) for key, one in weights_of(small).items()}, folder / "model.safetensors")
    model = load_checkpoint(str(folder)).model
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    torch.testing.assert_close(logits(folder), logits(small), atol=0.2, rtol=0)


def test_shared_weights_are_read(small: Path, folder: Path) -> None:
    weights = weights_of(small)
    layer = "vit.encoder.layer.0.attention.attention"
    weights[f"{layer}.key.weight"] = weights[f"{layer}.query.weight"]
    torch.save(weights, folder / "pytorch_model.bin")
    model = load_checkpoint(str(folder)).model
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
def test_weights_that_would_be_random_or_left_out_are_refused(small: Path, folder: Path, misfit: str) -> None:
    change, said = MISFITS[misfit]
    save_file(change(weights_of(small)), folder / "model.safetensors")
    with pytest.raises(ModelError, match=said) as refused:
        load_checkpoint(str(folder))
    assert "\n" not in str(refused.value)


def test_an_architecture_far_larger_than_its_weights_takes_no_memory(small: Path, folder: Path) -> None:
    shutil.copy(small / "model.safetensors", folder)
    write_json(folder / "config.json", {**CONFIG, "hidden_size": 1 << 15, "num_hidden_layers": 500})
    with pytest.raises(ModelError, match=r"describes a model of .* weights, but its files have"):
        load_checkpoint(str(folder))


def safetensors_header(length: int, text: bytes = b"{}") -> bytes:
    return struct.pack("<Q", length) + text


DAMAGED = {
    "empty": b"",
    "cut": None,
    "a header longer than the file": safetensors_header(1 << 40),
    "a header that is no JSON": safetensors_header(2, b"{["),
    "a weight beyond the end": safetensors_header(
        61, b'{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}'[:61]
    ),
    "text": b"not found",
    "zeros": bytes(100),
}


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_named(small: Path, folder: Path, name: str, damage: str) -> None:
    content = DAMAGED[damage]
    if content is None and name.endswith(".bin"):
        whole = io.BytesIO()
        torch.save(weights_of(small), whole)
        content = whole.getvalue()[:5000]
    elif content is None:
        content = (small / "model.safetensors").read_bytes()[:5000]
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=name) as refused:
        load_checkpoint(str(folder))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["config.json", "preprocessor_config.json", "model.safetensors", "pytorch_model.bin"]
)
def test_a_git_lfs_pointer_is_named(small: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(small, tmp_path / "m")
    if name == "pytorch_model.bin":
        (tmp_path / "m" / "model.safetensors").unlink()
    (tmp_path / "m" / name).write_bytes(POINTER)
    with pytest.raises(ModelError, match=rf"{name} is a Git LFS pointer.*git lfs pull"):
        load_checkpoint(str(tmp_path / "m"))


@pytest.mark.parametrize(
    ("weight_map", "said"),
    [
        ({}, "weight_map"),
        (None, "weight_map"),
        (["model-1.safetensors"], "weight_map"),
        ({"a": "../outside.safetensors"}, "Nothing outside of it is read"),
        ({"a": "/etc/passwd"}, "Nothing outside of it is read"),
        ({"a": "below/model.safetensors"}, "Nothing outside of it is read"),
        ({"a": ".."}, "is missing"),
        ({"a": 7}, "Nothing outside of it is read"),
        ({"a": "gone.safetensors"}, "is missing"),
        ({"a": "link.safetensors"}, "is a link to"),
    ],
)
def test_an_index_names_files_of_its_own_folder(
    small: Path, folder: Path, weight_map: Any, said: str
) -> None:
    shutil.copy(small / "model.safetensors", folder.parent / "outside.safetensors")
    (folder / "link.safetensors").symlink_to(folder.parent / "outside.safetensors")
    write_json(folder / "model.safetensors.index.json", {"weight_map": weight_map})
    with pytest.raises(ModelError, match=said):
        load_checkpoint(str(folder))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("tf_model.h5", "weights of TensorFlow"),
        ("flax_model.msgpack", "weights of Flax"),
        ("last.ckpt", r"last\.ckpt"),
        ("adapter_config.json", "merge_and_unload"),
        (None, "neither"),
    ],
)
def test_a_folder_without_weights_says_what_it_has(folder: Path, file: str | None, said: str) -> None:
    if file:
        (folder / file).write_text("{}")
    with pytest.raises(ModelError, match=said):
        load_checkpoint(str(folder))


class Hostile:
    """Unpickled without care, it writes a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return (open, (str(self.trace), "w"))


def torch_zip(weights: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(weights, stream)
    return stream.getvalue()


def torch_legacy(weights: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(weights, stream, _use_new_zipfile_serialization=False)
    return stream.getvalue()


def torch_tar(weights: Any) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:") as archive:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            content = pickle.dumps(weights)
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def torch_script(weights: Any) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("m/constants.pkl", pickle.dumps(weights))
        archive.writestr("m/data.pkl", pickle.dumps(weights))
        archive.writestr("m/version", "6")
    return stream.getvalue()


@pytest.mark.parametrize("shard", [False, True])
@pytest.mark.parametrize("form", [torch_zip, torch_legacy, torch_tar, torch_script, pickle.dumps])
def test_no_code_of_a_pickle_runs(
    small: Path, folder: Path, form: Callable[[Any], bytes], shard: bool
) -> None:
    trace = folder.parent / "it ran"
    content = form({**weights_of(small), "hostile": Hostile(trace)})
    trace.unlink(missing_ok=True)
    if shard:
        (folder / "pytorch_model-1.bin").write_bytes(content)
        write_json(folder / "pytorch_model.bin.index.json", {"weight_map": {"a": "pytorch_model-1.bin"}})
    else:
        (folder / "pytorch_model.bin").write_bytes(content)
    with pytest.raises(ModelError, match=r"rejected|cannot be loaded") as refused:
        load_checkpoint(str(folder))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500
    assert not trace.exists()


def test_the_hostile_pickle_would_write_its_file(tmp_path: Path) -> None:
    torch.load(io.BytesIO(torch_zip([Hostile(tmp_path / "it ran")])), weights_only=False)  # the control
    assert (tmp_path / "it ran").exists()


def test_what_could_run_is_named(small: Path, folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(torch_zip({"hostile": Hostile(folder / "trace")}))
    with pytest.raises(ModelError, match=r"has more than weights \(io\.open\).*nothing in it ran"):
        load_checkpoint(str(folder))


def test_a_weight_larger_than_its_file_is_refused(small: Path, folder: Path) -> None:
    huge = torch.zeros(1).expand(1 << 20, 1 << 20)
    torch.save({**weights_of(small), "classifier.weight": huge}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"classifier\.weight of shape .* needs more"):
        load_checkpoint(str(folder))


def test_a_compressed_archive_is_refused(small: Path, folder: Path) -> None:
    plain = io.BytesIO(torch_zip({"a": torch.zeros(1 << 20)}))
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(folder / "pytorch_model.bin", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
    with pytest.raises(ModelError, match="unpacks to"):
        load_checkpoint(str(folder))


@pytest.mark.parametrize("content", [7, [1, 2], {"a": 1}, {}, "text"])
def test_a_pickle_without_weights_is_named(folder: Path, content: Any) -> None:
    torch.save(content, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin has"):
        load_checkpoint(str(folder))


def test_the_config_that_names_another_head_says_so(small: Path, folder: Path) -> None:
    write_json(folder / "config.json", {**CONFIG, "architectures": ["ViTForMaskedImageModeling"]})
    encoder = {key: one for key, one in weights_of(small).items() if not key.startswith("classifier")}
    decoder = {"decoder.0.weight": torch.zeros(4), "vit.embeddings.mask_token": torch.zeros(1, 1, 32)}
    save_file({**encoder, **decoder}, folder / "model.safetensors")
    with pytest.raises(
        ModelError, match=r"ViTForMaskedImageModeling.*classifier\.weight.*decoder\.0\.weight"
    ):
        load_checkpoint(str(folder))
    assert json.loads((folder / "config.json").read_text())["architectures"] == ["ViTForMaskedImageModeling"]
