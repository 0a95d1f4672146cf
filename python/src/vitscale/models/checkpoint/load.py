"""Loads an image classifier with its image processor from the Hugging Face hub or from a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import transformers
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.image_processing_backends import PilBackend

from vitscale.errors import ModelError
from vitscale.hub.name import HubName, parse
from vitscale.models import manifest
from vitscale.models.checkpoint.dry_run import empty_model, refuse_other_input
from vitscale.models.checkpoint.families import Family
from vitscale.models.checkpoint.family_config import family_config
from vitscale.models.checkpoint.hub import HubUnreachableError, fetch
from vitscale.models.checkpoint.image_processor import load_processor, size_of
from vitscale.models.checkpoint.kinds import (
    CHANNELS,
    TIMM_WRAPPER,
    architectures,
    family_of,
    model_class,
)
from vitscale.models.checkpoint.local import checkpoint_below, local_folder
from vitscale.models.checkpoint.model import build_model
from vitscale.models.checkpoint.random_weights import known_architectures, stand_in
from vitscale.models.checkpoint.vit_config import vit_config
from vitscale.models.checkpoint.weight_files import ADAPTER, adapter
from vitscale.models.checkpoint.weights import read_weights
from vitscale.models.json_file import read_object
from vitscale.system import model_files
from vitscale.system.extras import require

__all__ = ["CHANNELS", "Checkpoint", "input_shape", "label_texts", "load_checkpoint"]
Weights = Literal["pretrained", "random"]


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model for image classification.

    Attributes
    ----------
    name : str
        Name on the hub, or name of the folder.
    model : PreTrainedModel
        The model in float32 and evaluation mode.
    processor : PilBackend
        Equivalent to the checkpoint's PIL processor; the reference for every pixel.
    weights : {"pretrained", "random"}
        "random" if the hub did not respond and seeded weights replaced the real ones.
    revision : str, optional
        Commit on the hub that it was downloaded from.
    """

    name: str
    model: PreTrainedModel
    processor: Any
    weights: Weights
    revision: str | None = None


def load_checkpoint(source: str, *, allow_random_weights: bool = False) -> Checkpoint:
    """Load an image classifier; no code of the checkpoint runs.

    Parameters
    ----------
    source : str
        A local Hugging Face folder; or a name on the hub, with a branch, tag or commit after ``@``.
    allow_random_weights : bool
        Whether to use seeded weights if the hub does not respond, for a known architecture. Speeds are real
        then, but the labels mean nothing.

    Raises
    ------
    ModelError
        If the model is missing, not a supported image classifier, or its files do not match.
    """
    if folder := local_folder(source):
        return _from_folder(folder)
    name = parse(source) or HubName(source)  # one without an organisation, which the hub still knows
    try:
        fetched = fetch(name, lambda place: _settings(place, name.model))
    except HubUnreachableError as error:
        if name.model not in known_architectures():
            raise
        if not allow_random_weights:
            raise ModelError(
                f"{error} To measure speed only: vitscale export {name.model} --allow-random-weights, which "
                "replaces them by seeded weights."
            ) from error
        return Checkpoint(name.model, *stand_in(name.model), weights="random")
    return _loaded(fetched, name.model, "pretrained", fetched.name)


def input_shape(checkpoint: Checkpoint) -> tuple[int, int, int]:
    """Return channels, height and width of the model's input: what its image processor makes."""
    return (CHANNELS, *size_of(checkpoint.processor))


def model_type(checkpoint: Checkpoint) -> str:
    """Return the `model_type` of the model, such as "vit"."""
    kind: str = checkpoint.model.config.model_type
    return kind


def label_texts(checkpoint: Checkpoint) -> list[str]:
    """Return the label texts by class number; two classes may share one."""
    texts: Any = checkpoint.model.config.id2label
    return [texts[number] for number in range(len(texts))]


def _from_folder(folder: Path) -> Checkpoint:
    """Load a folder; one made by `vitscale export` keeps its name and the origin of its weights."""
    about = manifest.read(folder) or {}
    name = about.get("name", folder.resolve().name)
    return _loaded(folder, name, about.get("weights", "pretrained"), about.get("revision"))


@dataclass(frozen=True)
class _Settings:
    """What the settings files of a checkpoint say; `named` are the classes that its configuration names."""

    config: PreTrainedConfig
    class_name: str
    named: list[str]
    processor: Any


def _settings(folder: Path, name: str) -> _Settings:
    """Read the settings; raise an error if they are not those of a supported classifier."""
    if not (folder / model_files.CONFIG).is_file():
        if (folder / ADAPTER).is_file():
            raise adapter(name)
        inner = checkpoint_below(folder)
        remedy = (
            f"Its subfolder {inner} has one; give that folder."
            if inner
            else "Write one with save_pretrained of a Transformers model and of its image processor."
        )
        raise ModelError(f"{name} has no {model_files.CONFIG} in {folder}. {remedy}")
    content = read_object(folder / model_files.CONFIG)
    family = family_of(content, name)
    class_name = model_class(content, family, name)
    config, processor = _config_and_processor(folder, content, family, name)
    height, width = size_of(processor)
    refuse_other_input(empty_model(class_name, config, name), height, width, CHANNELS, name)
    return _Settings(config, class_name, architectures(content), processor)


def _config_and_processor(
    folder: Path, content: dict[str, Any], family: Family, name: str
) -> tuple[PreTrainedConfig, PilBackend]:
    where = f"{model_files.CONFIG} of {name}"
    if family.model_type == TIMM_WRAPPER:
        require("timm", "torchvision")
        from vitscale.models.checkpoint.timm_config import PRETRAINED, timm_config
        from vitscale.models.checkpoint.timm_processor import timm_processor

        return timm_config(content, family, where), timm_processor(content[PRETRAINED], where)
    read = vit_config(content, where) if family.model_type == "vit" else family_config(content, family, where)
    return read, load_processor(folder, name, family.model_type)


def _loaded(folder: Path, name: str, weights: Weights, revision: str | None = None) -> Checkpoint:
    """Load a folder; its settings are checked before its weights are read."""
    logging: Any = transformers.utils.logging
    logging.disable_progress_bar()  # of the weights that are read; a download shows its own
    found = _settings(folder, name)
    model = build_model(found.config, read_weights(folder, name), name, found.class_name, found.named)
    return Checkpoint(name, model, found.processor, weights, revision)
