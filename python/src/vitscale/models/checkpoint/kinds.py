"""Finds the family of a checkpoint, and refuses other kinds of models by their settings."""

from __future__ import annotations

from typing import Any

import transformers

from vitscale.errors import ModelError
from vitscale.models.checkpoint.families import FAMILIES, REFUSED, Family
from vitscale.models.json_file import shown

CHANNELS = 3
TIMM_WRAPPER = "timm_wrapper"
_SOME = "vit, swin or convnext"


def family_of(config: dict[str, Any], name: str) -> Family:
    """Return the family of a configuration.

    Parameters
    ----------
    config : dict
        Content of `config.json`.
    name : str
        The model, for messages.

    Raises
    ------
    ModelError
        If it is not an image classifier of a supported family for RGB images with float weights.
    """
    family = _named(config, name)
    channels = (_section(config) or config).get("num_channels", config.get("num_channels"))
    if channels is not None and channels != CHANNELS:
        raise ModelError(
            f"num_channels in config.json of {name} is {shown(channels)}; expected {CHANNELS} (RGB)."
        )
    if config.get("quantization_config"):
        raise ModelError(
            f"{name} has quantised weights (quantization_config in config.json); ViTScale reads float "
            "weights. Give the original model, and quantise it with --precision int8."
        )
    return family


def model_class(config: dict[str, Any], family: Family, name: str) -> str:
    """Return the model class of a checkpoint: the one that its configuration names, else the family's first.

    Parameters
    ----------
    config : dict
        Content of `config.json`.
    family : Family
        Its family.
    name : str
        The model, for messages.

    Raises
    ------
    ModelError
        If the configuration names a class of Transformers that is no classifier.
    """
    named = architectures(config)
    for one in named:
        if one in family.classes:
            return one
    if any(hasattr(transformers, one) for one in named):
        raise ModelError(
            f"architectures in config.json of {name} is {shown(named)}; expected a classifier of model_type "
            f"{family.model_type}: {' or '.join(family.classes)}. Fine-tune the model for classification "
            "first, or choose another."
        )
    return family.classes[0]


def architectures(config: dict[str, Any]) -> list[str]:
    """Return the model classes in a configuration."""
    named = config.get("architectures")
    return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []


def _named(config: dict[str, Any], name: str) -> Family:
    kind = config.get("model_type")
    if kind is None and ("pretrained_cfg" in config or "architecture" in config):
        return FAMILIES[TIMM_WRAPPER]  # timm's own files do not name Transformers' class
    if kind is None:
        kind = _by_class(architectures(config))
    if isinstance(kind, str) and kind in REFUSED:
        raise ModelError(f"{name} is a {kind}, which ViTScale cannot run: {REFUSED[kind]}.")
    if not isinstance(kind, str) or kind not in FAMILIES:
        raise ModelError(
            f"model_type in config.json of {name} is {shown(kind)}; expected one of the {len(FAMILIES)} "
            f"families of image classifiers that ViTScale runs, such as {_SOME} (docs: Supported models)."
        )
    return FAMILIES[kind]


def _by_class(named: list[str]) -> str | None:
    """Return the family whose class a configuration without a type names."""
    return next((kind for kind, family in FAMILIES.items() if set(named) & set(family.classes)), None)


def _section(config: dict[str, Any]) -> dict[str, Any] | None:
    """Return the settings of the image encoder, where they are nested (CLIP, SigLIP)."""
    nested = config.get("vision_config")
    return nested if isinstance(nested, dict) else None
