"""Names of models on the Hugging Face hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MAIN = "main"
"""Branch of a name without a revision, as in Transformers."""

_PART = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?P<model>{_PART}/{_PART})(?:@(?P<revision>{_PART}(?:/{_PART})*))?", re.ASCII)
"""``ORGANISATION/MODEL``, then ``@`` with branch, tag or commit (`huggingface_hub.validate_repo_id`)."""

_SHOWN = 12


@dataclass(frozen=True)
class HubName:
    """A model on the hub.

    Attributes
    ----------
    model : str
        ``ORGANISATION/MODEL``.
    revision : str
        Branch, tag or commit.
    """

    model: str
    revision: str = MAIN

    def __str__(self) -> str:
        """Return the notation that :func:`hub_name` reads."""
        return self.model if self.revision == MAIN else f"{self.model}@{self.revision}"

    def at(self, commit: str) -> HubName:
        """Return the same model at a commit."""
        return HubName(self.model, commit)


def short(commit: str) -> str:
    """Return the first digits of a commit, for people."""
    return commit[:_SHOWN]


def parse(text: str) -> HubName | None:
    """Return the model of a text such as ``google/vit-base-patch16-224@main``; None for another form.

    Examples
    --------
    >>> parse("google/vit-base-patch16-224")
    HubName(model='google/vit-base-patch16-224', revision='main')
    >>> parse("../models/vit") is None
    True
    """
    found = _NAME.fullmatch(text)
    if found is None or ".." in text or "--" in found["model"]:
        return None
    return HubName(found["model"], found["revision"] or MAIN)


def hub_name(model: str) -> HubName | None:
    """Return the model of the hub that a user means; None for a folder, which wins as in Transformers.

    Parameters
    ----------
    model : str
        Folder, URI or name. A missing folder below an existing one, such as ``models/vit`` beside a folder
        ``models``, is a mistyped path and no name.
    """
    name = parse(model)
    if name is None or Path(model).exists() or Path(model).parent.is_dir():
        return None
    return name
