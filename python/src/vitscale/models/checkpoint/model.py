"""An image classifier, built from its configuration and its weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from transformers import PreTrainedConfig, PreTrainedModel

from vitscale.errors import ModelError
from vitscale.models.checkpoint.dry_run import empty_model, model_factory
from vitscale.models.checkpoint.families import FAMILIES
from vitscale.models.checkpoint.weight_names import plain_names
from vitscale.models.checkpoint.weights import Tensors
from vitscale.models.quiet import quietly
from vitscale.system.error_text import first_sentence

_NAMED = 3  # weights, in a message


def build_model(
    config: PreTrainedConfig, weights: Tensors, name: str, class_name: str, named: Sequence[str] = ()
) -> PreTrainedModel:
    """Build the model with all weights from the checkpoint; none is initialised.

    Parameters
    ----------
    config : PreTrainedConfig
        The architecture.
    weights : dict of str to Tensor
        Name in the files -> weight, of any floating-point type.
    name : str
        The checkpoint, for messages.
    class_name : str
        Model class of Transformers.
    named : sequence of str
        Model classes in its `config.json`.

    Returns
    -------
    PreTrainedModel
        The model in float32 and evaluation mode.

    Raises
    ------
    ModelError
        If weights are missing, unused, of other shapes than in the configuration, or not finite.
    """
    plain = {short: weights[key] for key, short in plain_names(weights, name, config.model_type).items()}
    for key, tensor in plain.items():
        if not tensor.is_floating_point() and key.endswith((".weight", ".bias")):
            raise ModelError(
                f"The weight {key} of {name} is of the type {tensor.dtype}; expected floating-point numbers. "
                "Save the model again in float32."
            )
    _refuse_other_counts(config, class_name, plain, name)
    factory: Any = model_factory(class_name)
    try:
        with quietly():
            model, loading = factory.from_pretrained(
                None,
                config=config,
                state_dict=plain,
                dtype=torch.float32,
                attn_implementation=_ATTENTION.get(config.model_type),
                output_loading_info=True,
                ignore_mismatched_sizes=True,
            )
    except Exception as error:  # of many classes
        raise ModelError(
            f"Transformers cannot build {name} from its weights: {first_sentence(error)} Download the "
            "model again."
        ) from error
    unused = (*FAMILIES[config.model_type].unused, *_computed(model))
    _refuse_misfits(loading, name, class_name, unused, named)
    for key, weight in [*model.named_parameters(), *model.named_buffers()]:
        if weight.is_floating_point() and not bool(torch.isfinite(weight).all()):
            raise ModelError(
                f"The weight {key} of {name} has values that are not finite. Train the model again."
            )
    made: PreTrainedModel = model.eval()
    return made


def _refuse_other_counts(config: PreTrainedConfig, class_name: str, weights: Tensors, name: str) -> None:
    """Raise an error for an architecture far larger than its weights, before memory is allocated."""
    expected = sum(weight.numel() for weight in empty_model(class_name, config, name).parameters())
    found = sum(weight.numel() for weight in weights.values())
    if expected > 2 * found + _SPARE:
        raise ModelError(
            f"config.json of {name} describes a model of {expected:,} weights, but its files have {found:,}. "
            "They do not match: download the model again."
        )


def _refuse_misfits(
    loading: dict[str, Any], name: str, class_name: str, unused: tuple[str, ...], named: Sequence[str]
) -> None:
    """Raise an error for weights that Transformers would initialise at random or ignore."""
    misfits = sorted((key, list(found), list(wanted)) for key, found, wanted in loading["mismatched_keys"])
    missing = sorted(key for key in loading["missing_keys"] if not key.endswith(_COUNTER))
    left_over = sorted(key for key in loading["unexpected_keys"] if not _is_unused(key, unused))
    if misfits:
        shapes = _listed(f"{key} is {found}, expected {wanted}" for key, found, wanted in misfits)
        raise ModelError(
            f"The weights of {name} do not match its config.json: {shapes}. Use the config.json of their "
            "training."
        )
    if missing:
        kind = "" if class_name in named or not named else f"is a {', '.join(named)} and "
        having = f" (it has {_listed(left_over)})" if left_over else ""
        raise ModelError(
            f"{name} {kind}lacks weights of a {class_name}: {_listed(missing)}{having}. They would be "
            "random: fine-tune it for classification first, or choose another model."
        )
    if left_over:
        raise ModelError(
            f"{name} has weights that a {class_name} lacks: {_listed(left_over)}. Save the model again "
            "without them."
        )


def _computed(model: PreTrainedModel) -> set[str]:
    """Return the names of tensors that a model computes itself; older versions of its class saved them."""
    saved = model.state_dict()
    return {name.rpartition(".")[2] for name, _ in model.named_buffers() if name not in saved}


def _is_unused(key: str, unused: tuple[str, ...]) -> bool:
    """Tell whether a model does without a weight of this name, at any depth of the encoder's names."""
    return any(f".{key}.".find(f".{one.strip('.')}.") >= 0 for one in unused)


def _listed(items: Iterable[str]) -> str:
    every = list(items)
    rest = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return ", ".join(every[:_NAMED]) + rest


_ATTENTION = {"data2vec-vision": "eager"}
"""Families that choose their attention when they are built -> the one that the ONNX exporter can convert."""
_SPARE = 1 << 20
_COUNTER = "num_batches_tracked"
"""Buffer of a batch norm that only training reads."""
