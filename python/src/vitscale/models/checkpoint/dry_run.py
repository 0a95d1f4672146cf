"""Runs a classifier on torch's meta device: shapes without numbers, before any weight is loaded."""

from __future__ import annotations

from typing import Any

import torch
import transformers
from transformers import PreTrainedConfig, PreTrainedModel

from vitscale.errors import ModelError
from vitscale.models.quiet import quietly
from vitscale.system.error_text import first_sentence

_MOST_CONSTANTS = 1 << 28
"""Numbers that a model computes instead of reading, such as tables of relative positions."""


def model_factory(class_name: str) -> type[PreTrainedModel]:
    """Return a model class of Transformers."""
    found: type[PreTrainedModel] = getattr(transformers, class_name)
    return found


def empty_model(class_name: str, config: PreTrainedConfig, name: str) -> PreTrainedModel:
    """Build a model without memory for its weights.

    Raises
    ------
    ModelError
        If Transformers cannot build it, or it would compute tables far larger than any model's.
    """
    factory: Any = model_factory(class_name)
    try:
        with torch.device("meta"), quietly():
            model: PreTrainedModel = factory(config).eval()
    except Exception as error:  # of many classes
        raise ModelError(
            f"Transformers cannot build the model that config.json of {name} describes: "
            f"{first_sentence(error)} Correct config.json."
        ) from error
    constants = sum(buffer.numel() for buffer in model.buffers())
    if constants > _MOST_CONSTANTS:
        raise ModelError(
            f"config.json of {name} describes a model with tables of {constants:,} numbers; expected at most "
            f"{_MOST_CONSTANTS:,}. Correct config.json."
        )
    return model


def refuse_other_input(model: PreTrainedModel, height: int, width: int, channels: int, name: str) -> None:
    """Raise an error if a model does not take the images that its processor makes.

    Parameters
    ----------
    model : PreTrainedModel
        A model of `empty_model`.
    height, width, channels : int
        Size of the images.
    name : str
        The model, for messages.

    Raises
    ------
    ModelError
        If its forward pass fails, or returns other logits than one for each label.
    """
    call: Any = model
    try:
        with quietly(), torch.inference_mode():
            pixels = torch.empty(2, channels, height, width, device="meta")
            shape = tuple(call(pixel_values=pixels).logits.shape)
    except Exception as error:  # of many classes
        raise ModelError(
            f"The model that config.json of {name} describes cannot take images of {height}x{width} pixels, "
            f"which its preprocessor_config.json makes: {first_sentence(error)} Correct one of the files."
        ) from error
    expected = (2, model.config.num_labels)
    if shape != expected:
        raise ModelError(
            f"The model that config.json of {name} describes returns logits of shape {list(shape)}; expected "
            f"{list(expected)}, one for each label of each image."
        )
