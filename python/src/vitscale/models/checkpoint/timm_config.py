"""Reads the configuration of a timm checkpoint with Transformers' own class, after a check of its fields."""

from __future__ import annotations

import copy
from typing import Any

from transformers import PreTrainedConfig, TimmWrapperConfig

from vitscale.errors import ModelError
from vitscale.models.checkpoint.families import Family
from vitscale.models.checkpoint.family_config import problem_type_of, refuse_sizes
from vitscale.models.json_file import shown, wrong_field
from vitscale.models.labels import read_labels
from vitscale.system.error_text import first_sentence

PRETRAINED = "pretrained_cfg"
_MOST_LABELS = 1 << 20
_OF_LOADING = frozenset(
    {
        "cache_dir",
        "checkpoint_path",
        "exportable",
        "features_only",
        "no_jit",
        "num_classes",
        "pretrained",
        "pretrained_cfg",
        "pretrained_cfg_overlay",
        "pretrained_strict",
        "scriptable",
    }
)
"""Arguments of `timm.create_model` that load files or make no classifier, and no part of an architecture."""


def timm_config(config: dict[str, Any], family: Family, where: str) -> PreTrainedConfig:
    """Return Transformers' configuration of a timm classifier.

    Parameters
    ----------
    config : dict
        Content of a `config.json`, as timm or Transformers writes it.
    family : Family
        The family of all timm models.
    where : str
        Name of the file, for messages.

    Raises
    ------
    ModelError
        If a field has an invalid value, or the installed timm lacks the architecture.
    """
    pretrained = config.get(PRETRAINED)
    if not isinstance(pretrained, dict):
        raise wrong_field(pretrained, PRETRAINED, "an object, as timm writes it", where)
    architecture = _architecture(config.get("architecture"), where)
    arguments = _arguments(config.get("model_args"), family, where)
    try:
        made: PreTrainedConfig = TimmWrapperConfig.from_dict(
            {
                "architecture": architecture,
                "model_args": arguments,
                PRETRAINED: copy.deepcopy(pretrained),  # from_dict changes it
                "problem_type": problem_type_of(config, where),
                **_labels(config, where),
            }
        )
    except Exception as error:  # Transformers' validation errors have various classes
        raise ModelError(f"Transformers refuses {where}: {first_sentence(error)} Correct it.") from error
    return made


def _architecture(name: Any, where: str) -> str:
    """Return the name of an architecture of timm; a name with a source would load files from there."""
    from timm import __version__, is_model

    if not isinstance(name, str) or ":" in name or not is_model(name):
        raise ModelError(
            f"architecture in {where} is {shown(name)}, which timm {__version__} lacks. Correct it, or "
            "install a newer timm: pip install --upgrade timm"
        )
    return name


def _arguments(given: Any, family: Family, where: str) -> dict[str, Any] | None:
    """Return the arguments of an architecture: plain numbers, switches and names of layers."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise wrong_field(given, "model_args", "an object", where)
    for name in sorted(_OF_LOADING & set(given)):
        raise ModelError(f"model_args.{name} in {where} is no part of an architecture. Remove it.")
    refuse_sizes(given, family, where, "model_args.")
    return given


def _labels(config: dict[str, Any], where: str) -> dict[str, Any]:
    """Return number and texts of the labels, which are ImageNet's where a file has only their number.

    timm calls them `num_classes` and `label_names`; older versions of Transformers wrote `id2label`.
    """
    count, names = config.get("num_classes"), config.get("label_names")
    if type(count) is not int or not 1 <= count <= _MOST_LABELS:
        raise wrong_field(count, "num_classes", f"a whole number from 1 to {_MOST_LABELS:,}", where)
    if names is None and config.get("id2label") is None:
        return {"num_classes": count}
    if names is not None and not isinstance(names, list):
        raise wrong_field(names, "label_names", "a list of texts", where)
    listed = config if names is None else {"id2label": dict(enumerate(names))}
    labels = read_labels(listed, where)
    if count != len(labels):
        raise ModelError(f"{where} has {len(labels)} labels and num_classes {count}. Correct one of them.")
    return {"num_classes": count, "label_names": labels}
