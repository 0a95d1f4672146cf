"""Reads the weights of a checkpoint without running any code of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import torch
from safetensors.torch import load_file

from vitscale.errors import ModelError
from vitscale.models.checkpoint.weight_files import choose_weights, shards_of
from vitscale.models.json_file import refuse_pointer
from vitscale.models.quiet import quietly
from vitscale.system.error_text import first_sentence

Tensors = dict[str, torch.Tensor]
_WRAPPERS = ("state_dict", "model_state_dict", "model")
"""Keys under which trainers (Lightning and others) store a model's weights."""
_START = 64  # bytes; enough to recognise a Git LFS pointer and a ZIP header
_FORBIDDEN = re.compile(r"GLOBAL ([\w.]+)|global(?: named)? `?([\w.]+)")


def read_weights(folder: Path, name: str) -> Tensors:
    """Read all weights of a checkpoint by their names in the files.

    Parameters
    ----------
    folder : Path
        Folder with `model.safetensors` or `pytorch_model.bin`, or the index of one and its shards.
    name : str
        The checkpoint, for messages.

    Raises
    ------
    ModelError
        If a file is missing or damaged, needs more memory than it has bytes, or would run code.
    """
    first = folder / choose_weights({entry.name for entry in folder.iterdir()}, name).first
    files = shards_of(first) if first.suffix == ".json" else [first]
    weights: Tensors = {}
    for file in files:
        for key, tensor in _read(file).items():
            if key in weights:
                raise ModelError(f"{file} has the weight {key}, which is also in another shard. {_ANEW}")
            weights[key] = tensor
    return weights


def _read(file: Path) -> Tensors:
    try:
        with file.open("rb") as stream:
            start = stream.read(_START)
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error.strerror or error}. {_ANEW}") from error
    refuse_pointer(file, start)
    if not start:
        raise ModelError(f"{file} is empty. {_ANEW}")
    tensors = _safetensors(file) if file.suffix == ".safetensors" else _pickled(file)
    largest = file.stat().st_size
    for key, tensor in tensors.items():
        if tensor.numel() * tensor.element_size() > largest:
            raise ModelError(
                f"{file} has {largest:,} bytes, but its weight {key} of shape {list(tensor.shape)} needs "
                f"more. {_ANEW}"
            )
    return tensors


def _safetensors(file: Path) -> Tensors:
    try:
        return load_file(file)
    except Exception as error:  # SafetensorError, or what an unknown type of numbers gives
        raise ModelError(
            f"{file} cannot be loaded: {first_sentence(error)} The file is damaged or incomplete. {_ANEW}"
        ) from error


def _pickled(file: Path) -> Tensors:
    """Read a file of `torch.save` with torch's unpickler for tensors and containers only."""
    _refuse_compressed(file)
    try:
        with quietly():
            content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # of torch and pickle, of many classes
        raise _explained(file, error) from error
    return _tensors(file, content)


def _refuse_compressed(file: Path) -> None:
    """Raise an error for a compressed ZIP file; torch stores weights uncompressed."""
    try:
        with ZipFile(file) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return  # an older format, or damaged: torch reports it
    if unpacked > file.stat().st_size:
        raise ModelError(
            f"{file} has {file.stat().st_size:,} bytes and unpacks to {unpacked:,}; torch stores weights "
            f"uncompressed. {_ANEW}"
        )


def _explained(file: Path, error: Exception) -> ModelError:
    words = " ".join(str(error).split())
    if "TorchScript" in words:
        what = "is a TorchScript archive, which is code"
    elif "legacy .tar" in words:
        what = "is in a format of torch before 0.4, which cannot be read without running its code"
    elif "weights_only" in words or "Unsupported" in words:
        found = _FORBIDDEN.search(words)
        named = next(filter(None, found.groups()), "") if found else ""
        what = f"has more than weights{f' ({named})' if named else ''}, which can run code"
    else:
        return ModelError(f"{file} cannot be loaded: {first_sentence(error)} {_ANEW}")
    return ModelError(
        f"{file} {what}; it was rejected, and nothing in it ran. If you trust it, load it elsewhere and save "
        "it again with save_pretrained, which writes model.safetensors."
    )


def _tensors(file: Path, content: Any) -> Tensors:
    """Return the weights of a state dictionary, also from inside a trainer's dictionary."""
    for wrapper in _WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping):
        raise ModelError(
            f"{file} has a {type(content).__name__}; expected a state dictionary, name -> weight. Save the "
            "model again with save_pretrained."
        )
    tensors = {str(key): value for key, value in content.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise ModelError(f"{file} has no weights. {_ANEW}")
    for key, tensor in tensors.items():
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_meta:
            raise ModelError(
                f"{file} has the weight {key} as a sparse, quantised or empty tensor; expected a plain "
                "one. Save the model again in float32."
            )
    return tensors


_ANEW = "Download the model again."
