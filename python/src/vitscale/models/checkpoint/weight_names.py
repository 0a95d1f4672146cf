"""Removes prefixes of training programs from the names of weights."""

from __future__ import annotations

from collections.abc import Iterable

from vitscale.errors import ModelError
from vitscale.models.checkpoint.weight_files import adapter

CLASSIFIER = "classifier.weight"
_FIRST_OF_ENCODER = "embeddings.cls_token"
_ENCODER = "vit."
_WRAPPING = {"module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"}
"""Components that DataParallel, torch.compile, FSDP and activation checkpointing add, at any depth."""
_UNUSED = ("vit.pooler.", "vit.embeddings.mask_token")
"""Weights of other heads, which a classifier does not use."""


def plain_names(names: Iterable[str], model: str, kind: str = "vit") -> dict[str, str]:
    """Return the plain name of each weight of an image classifier.

    Parameters
    ----------
    names : iterable of str
        Names in the files, possibly with a wrapper's prefix (`module.`, `_orig_mod.`, `model.`,
        `base_model.model.`); of a ViT also with `vit.` missing or doubled.
    model : str
        The checkpoint, for messages.
    kind : str
        Its `model_type`.

    Returns
    -------
    dict of str to str
        Name in the file -> name in the model, without weights of other heads (pooler, mask token).

    Raises
    ------
    ModelError
        If the weights are an adapter's, or two have the same plain name.
    """
    found = list(names)
    if any("lora_" in name or ".base_layer." in name for name in found):
        raise adapter(model)
    kept = _of_vit(found) if kind == "vit" else {name: _of_other(name) for name in found}
    if len(set(kept.values())) != len(kept):
        twice = next(name for name in kept.values() if list(kept.values()).count(name) > 1)
        raise ModelError(f"{model} has several weights that mean {twice}. Save the model again.")
    return kept


def _of_vit(found: Iterable[str]) -> dict[str, str]:
    """Return the names of a ViT's weights, without those of other heads."""
    without = {name: _unwrapped(name) for name in found}
    head = _before(CLASSIFIER, without.values())
    plain = {name: short.removeprefix(head) for name, short in without.items()}
    encoder = _before(_FIRST_OF_ENCODER, plain.values())
    if encoder != _ENCODER:
        plain = {name: _in_encoder(short, encoder) for name, short in plain.items()}
    return {name: short for name, short in plain.items() if not short.startswith(_UNUSED)}


def _unwrapped(name: str) -> str:
    return ".".join(part for part in name.split(".") if part not in _WRAPPING)


def _of_other(name: str) -> str:
    """Return a name without a wrapper; `module` inside of a name is a layer of LeViT."""
    parts = name.split(".")
    first = next((place for place, part in enumerate(parts) if part not in _WRAPPING), 0)
    return ".".join(part for part in parts[first:] if part == "module" or part not in _WRAPPING)


def _before(end: str, names: Iterable[str]) -> str:
    """Return the prefix of the one name with an ending; empty if none or several have it."""
    prefixes = {name.removesuffix(end) for name in names if name == end or name.endswith(f".{end}")}
    return prefixes.pop() if len(prefixes) == 1 else ""


def _in_encoder(name: str, prefix: str) -> str:
    """Replace another prefix of a name by `vit.`; names of the classifier stay."""
    if name.startswith("classifier.") or not name.startswith(prefix):
        return name
    return _ENCODER + name.removeprefix(prefix)
