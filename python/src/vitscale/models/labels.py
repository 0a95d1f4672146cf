"""The label texts of a checkpoint's configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from vitscale.errors import ModelError
from vitscale.models.class_names import ClassNames
from vitscale.models.json_file import shown

DEFAULT_COUNT = 2
"""Number of classes of a configuration without labels (`PreTrainedConfig` of Transformers 5.23)."""


PROBLEM_TYPES = ("regression", "single_label_classification", "multi_label_classification")
"""Values of `problem_type` (`PreTrainedConfig` of Transformers 5.23)."""


def read_labels(config: dict[str, Any], where: str) -> list[str]:
    """Return label texts by class number; two classes may share one.

    Parameters
    ----------
    config : dict
        Content of a `config.json`.
    where : str
        Name of the file, for messages.

    Returns
    -------
    list of str
        From `id2label`, else `LABEL_0`, `LABEL_1`, ... for `num_labels` classes, as Transformers names them.

    Raises
    ------
    ModelError
        If the classes are not numbered 0, 1, 2, ..., a label is not a text, or the counts differ.
    """
    texts, count = config.get("id2label"), config.get("num_labels")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        raise ModelError(f"num_labels in {where} is {shown(count)}; expected a whole number above 0.")
    if texts is None:
        return [f"LABEL_{number}" for number in range(count or DEFAULT_COUNT)]
    if not isinstance(texts, dict):
        raise ModelError(f'id2label in {where} is {shown(texts)}; expected an object such as {{"0": "cat"}}.')
    named = {_number(key, where): _text(key, text, where) for key, text in texts.items()}
    if not named or len(named) != len(texts) or sorted(named) != list(range(len(named))):
        raise ModelError(
            f"id2label in {where} numbers its {len(texts)} classes {_listed(texts)}; expected 0, 1, 2, ... "
            "without a gap. Correct the numbers."
        )
    if count is not None and count != len(named):
        raise ModelError(
            f"{where} has {len(named)} labels in id2label and num_labels {count}. Remove num_labels."
        )
    return [named[number] for number in range(len(named))]


def true_labels(files: Sequence[str], labels: Sequence[str]) -> list[int]:
    """Return the class number of each image by the name of its folder, -1 where that is no label's text.

    Parameters
    ----------
    files : sequence of str
        Paths below the folder of images.
    labels : sequence of str
        Label texts, by class number.
    """
    names = ClassNames(labels)
    found = [names.find_text(PurePath(file).parent.name) for file in files]
    return [-1 if number is None else number for number in found]


def _number(key: str, where: str) -> int:
    try:
        return int(key)
    except ValueError:
        raise ModelError(
            f"id2label in {where} has the class number {shown(key)}; expected 0, 1, 2, ... Correct it."
        ) from None


def _text(key: str, text: Any, where: str) -> str:
    """Return a label; a number becomes text, as in Transformers' pipeline."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ModelError(
            f"id2label in {where} gives class {key} the label {shown(text)}; expected a text. Correct it."
        )
    label = str(text)
    try:
        label.encode()
    except UnicodeEncodeError:
        raise ModelError(
            f"id2label in {where} gives class {key} a label with half a character ({shown(text)}). Correct "
            "it."
        ) from None
    return label


def _listed(texts: dict[str, Any]) -> str:
    keys = list(texts)
    return ", ".join(keys[:_LISTED]) + (", ..." if len(keys) > _LISTED else "") if keys else "not at all"


_LISTED = 5
