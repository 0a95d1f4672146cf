"""Files of weights that are damaged, missing, or not what their names say: each is named."""

import io
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from vitscale.errors import ModelError
from vitscale.models.checkpoint.load import load_checkpoint

from tests.fixtures.small_vit import weights_of, write_json

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"


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
def test_a_damaged_file_is_named(small_vit: Path, weightless: Path, name: str, damage: str) -> None:
    content = DAMAGED[damage]
    if content is None and name.endswith(".bin"):
        whole = io.BytesIO()
        torch.save(weights_of(small_vit), whole)
        content = whole.getvalue()[:5000]
    elif content is None:
        content = (small_vit / "model.safetensors").read_bytes()[:5000]
    (weightless / name).write_bytes(content)
    with pytest.raises(ModelError, match=name) as refused:
        load_checkpoint(str(weightless))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["config.json", "preprocessor_config.json", "model.safetensors", "pytorch_model.bin"]
)
def test_a_git_lfs_pointer_is_named(small_vit: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(small_vit, tmp_path / "m")
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
    small_vit: Path, weightless: Path, weight_map: Any, said: str
) -> None:
    shutil.copy(small_vit / "model.safetensors", weightless.parent / "outside.safetensors")
    (weightless / "link.safetensors").symlink_to(weightless.parent / "outside.safetensors")
    write_json(weightless / "model.safetensors.index.json", {"weight_map": weight_map})
    with pytest.raises(ModelError, match=said):
        load_checkpoint(str(weightless))


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
def test_a_folder_without_weights_says_what_it_has(weightless: Path, file: str | None, said: str) -> None:
    if file:
        (weightless / file).write_text("{}")
    with pytest.raises(ModelError, match=said):
        load_checkpoint(str(weightless))
