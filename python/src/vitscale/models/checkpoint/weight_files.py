"""Selects the files of a checkpoint's weights."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from vitscale.errors import ModelError
from vitscale.models.json_file import read_object, shown
from vitscale.system.model_files import ONNX, SAVED_MODEL, WEIGHTS

PICKLED = "pytorch_model.bin"
ADAPTER = "adapter_config.json"
_INDEX = ".index.json"
_CHOICES = (WEIGHTS, WEIGHTS + _INDEX, PICKLED, PICKLED + _INDEX)
"""Candidates in the order of Transformers."""
_FOREIGN = {
    "tf_model.h5": "weights of TensorFlow",
    "flax_model.msgpack": "weights of Flax",
    ONNX: "an ONNX graph",
    SAVED_MODEL: "a SavedModel of TensorFlow",
}


@dataclass(frozen=True)
class WeightFiles:
    """Files of a checkpoint's weights.

    Attributes
    ----------
    first : str
        The file of weights, or the index of its shards.
    patterns : tuple of str
        Patterns of the files to download from a hub.
    """

    first: str
    patterns: tuple[str, ...]


def choose_weights(names: Collection[str], name: str) -> WeightFiles:
    """Choose the file of weights that Transformers would choose.

    Parameters
    ----------
    names : collection of str
        Files in the checkpoint's top folder.
    name : str
        The checkpoint, for messages.

    Raises
    ------
    ModelError
        If there is no supported file; the message names what there is instead.
    """
    for choice in _CHOICES:
        if choice in names:
            stem, suffix = choice.removesuffix(_INDEX).rsplit(".", 1)
            shards = (f"{stem}-*.{suffix}",) if choice.endswith(_INDEX) else ()
            return WeightFiles(choice, (choice, *shards))
    if ADAPTER in names:
        raise adapter(name)
    found = next((f"{one}, {what}" for one, what in _FOREIGN.items() if one in names), None)
    found = found or next((one for one in sorted(names) if one.endswith(_OTHER_SUFFIXES)), None)
    instead = f"It has {found}; save it again with save_pretrained." if found else "Download the model again."
    raise ModelError(f"{name} has neither {WEIGHTS} nor {PICKLED}, nor the index of one. {instead}")


def adapter(name: str) -> ModelError:
    """Return the error for an adapter, which only has changes to another model."""
    return ModelError(
        f"{name} is an adapter (PEFT, such as LoRA), not a whole model. Merge it into its base with "
        "`merge_and_unload()`, save the result with save_pretrained, and export that."
    )


def shards_of(index: Path) -> list[Path]:
    """Return the files in an index; all must be in the index's folder.

    Raises
    ------
    ModelError
        If there is none, or one is missing or outside of the folder.
    """
    weight_map: Any = read_object(index).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise ModelError(
            f"weight_map in {index} is {shown(weight_map)}; expected the file of each weight. Download the "
            "model again."
        )
    for shard in weight_map.values():
        if not isinstance(shard, str) or PurePosixPath(shard).name != shard or "\0" in shard:
            raise ModelError(
                f"weight_map in {index} names the file {shown(shard)}; expected the name of a file in the "
                "same folder. Nothing outside of it is read."
            )
    files = [index.parent / shard for shard in sorted(set(weight_map.values()))]
    for file in files:
        _refuse_outside(file)
    return files


def _refuse_outside(file: Path) -> None:
    if not file.is_file():
        raise ModelError(f"{file} is missing; the index of the weights names it. Download the model again.")
    real = file.resolve()
    if not any(real.is_relative_to(root) for root in _roots(file.parent.resolve())):
        raise ModelError(
            f"{file} is a link to {real}, outside of the model's folder. Copy the file into the folder."
        )


def _roots(folder: Path) -> list[Path]:
    """Return the folder, and the folder of the hub's cache to which a snapshot links."""
    if folder.parent.name == "snapshots":
        return [folder, folder.parent.parent / "blobs"]
    return [folder]


_OTHER_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".gguf")
