"""Reads the configuration of any family with Transformers' own class, after a check of its sizes."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from transformers import CONFIG_MAPPING, PreTrainedConfig

from vitscale.models.checkpoint.build_config import build_config
from vitscale.models.checkpoint.families import Family
from vitscale.models.json_file import wrong_field
from vitscale.models.labels import PROBLEM_TYPES

_LARGEST = 1 << 22
"""Limit of any number, far above every published model."""
_LONGEST = 64
"""Limit of the length of a list, such as one number for each stage."""
_LAYERS = 1 << 10
_MOST = {
    **dict.fromkeys(("num_hidden_layers", "num_encoder_blocks", "num_stages", "num_layers"), _LAYERS),
    **dict.fromkeys(("depths", "depth", "n_attn_blocks", "num_block_repeats"), _LAYERS),
    "depth_coefficient": 16,
}
"""Limits of the numbers of layers, in all stages: each takes time and memory even without its weights."""
_OLDER_SECTIONS = {family: ("vision_config_dict", "text_config_dict") for family in ("clip", "metaclip_2")}
"""Family -> sections of older checkpoints, which Transformers merges into the section without `_dict`."""


def family_config(config: dict[str, Any], family: Family, where: str) -> PreTrainedConfig:
    """Return Transformers' configuration of a classifier.

    Parameters
    ----------
    config : dict
        Content of a `config.json`. Only fields that the family's class declares are read.
    family : Family
        Its family.
    where : str
        Name of the file, for messages.

    Raises
    ------
    ModelError
        If a field has an invalid value; the message has the field, its value and the expected one.
    """
    factory: Any = CONFIG_MAPPING[family.model_type]
    known = {field.name for field in fields(factory)} - {field.name for field in fields(PreTrainedConfig)}
    known |= set(factory.attribute_map) - {field.name for field in fields(PreTrainedConfig)}
    known |= set(_OLDER_SECTIONS.get(family.model_type, ()))
    given = {name: _without_code(value) for name, value in config.items() if name in known}
    refuse_sizes(given, family, where)
    given.pop("num_labels", None)  # as many as the labels
    fields_of_all = {"problem_type": problem_type_of(config, where)}
    made: PreTrainedConfig = build_config(factory, {**given, **fields_of_all}, config, where)
    return made


def problem_type_of(config: dict[str, Any], where: str) -> str | None:
    """Return the `problem_type` of a `config.json`; raise an error if it is unknown."""
    problem = config.get("problem_type")
    if problem is not None and problem not in PROBLEM_TYPES:
        raise wrong_field(problem, "problem_type", f"one of {', '.join(PROBLEM_TYPES)}", where)
    named: str | None = problem
    return named


def _without_code(value: Any) -> Any:
    """Drop settings below a section that choose code: kernels of attention and private fields."""
    if not isinstance(value, dict):
        return value
    return {
        name: _without_code(one)
        for name, one in value.items()
        if not name.startswith("_") and "implementation" not in name and name not in ("auto_map", "dtype")
    }


def refuse_sizes(given: dict[str, Any], family: Family, where: str, section: str = "") -> None:
    """Raise an error for numbers that no model has, so that a small file cannot exhaust the memory.

    Parameters
    ----------
    given : dict
        Fields of a configuration; those of sections inside are checked, too.
    family : Family
        Its family.
    where : str
        Name of the file, for messages.
    section : str
        Names of the sections around, each with a dot behind it.
    """
    for name, value in given.items():
        full = f"{section}{name}"
        if isinstance(value, dict):
            refuse_sizes(value, family, where, f"{full}.")
        elif isinstance(value, list) and len(value) > _LONGEST:
            raise wrong_field(value, full, f"at most {_LONGEST} entries", where)
        else:
            numbers = [one for one in _flat(value) if isinstance(one, int | float)]
            most = family.largest_edge if name == "image_size" else _MOST.get(name, _LARGEST)
            least = 1 if name == "image_size" else -_LARGEST
            total = sum(numbers) if name in _MOST else max(numbers, default=least)
            if not all(map(math.isfinite, numbers)) or min([total, *numbers]) < least or total > most:
                raise wrong_field(value, full, f"numbers from {least} to {most}", where)


def _flat(value: Any) -> list[Any]:
    if not isinstance(value, list):
        return [value]
    return [inner for one in value for inner in _flat(one)]
