"""Builds the configuration of a classifier with Transformers' own class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from transformers import PreTrainedConfig

from vitscale.errors import ModelError
from vitscale.models.labels import read_labels
from vitscale.system.error_text import first_sentence

_Config = TypeVar("_Config", bound=PreTrainedConfig)


def build_config(
    factory: Callable[..., _Config], fields: dict[str, Any], config: dict[str, Any], where: str
) -> _Config:
    """Return the configuration that Transformers makes of some fields, with the labels of a checkpoint.

    Parameters
    ----------
    factory : callable
        Configuration class of Transformers.
    fields : dict
        Its arguments, which were checked.
    config : dict
        Content of the `config.json`, whose labels are read.
    where : str
        Name of the file, for messages.

    Raises
    ------
    ModelError
        If the labels are invalid, or Transformers refuses a field.
    """
    labels = read_labels(config, where)
    try:
        return factory(
            **fields,
            num_labels=len(labels),  # PVT's class has a number of its own, which wins over that of the labels
            id2label=dict(enumerate(labels)),
            label2id={label: number for number, label in enumerate(labels)},
        )
    except Exception as error:  # Transformers' validation errors have various classes
        raise ModelError(f"Transformers refuses {where}: {first_sentence(error)} Correct it.") from error
