"""The commit that a name on the hub stands for, also without the hub."""

from __future__ import annotations

import re
from pathlib import Path

from huggingface_hub import HfApi, ModelInfo, snapshot_download

from vitscale.hub.name import HubName
from vitscale.hub.refusals import refuse_by_hub
from vitscale.system.model_files import CONFIG

SECONDS = 10.0
"""Timeout of the hub for a connection, and for a response."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


def is_commit(revision: str) -> bool:
    """Tell whether a revision is the full hash of a commit, which never changes."""
    return _COMMIT.fullmatch(revision) is not None


def ask_hub(name: HubName) -> ModelInfo:
    """Ask the hub for the files and the commit of a model's revision.

    Raises
    ------
    ModelError
        If the hub does not have the model, or denies it to this user.
    Exception
        Of `huggingface_hub`, if the hub does not respond.
    """
    try:
        return HfApi().model_info(name.model, revision=name.revision, timeout=SECONDS)
    except Exception as error:  # classes of httpx and of the hub's client, which change
        refuse_by_hub(name, error)
        raise


def commit_on_hub(name: HubName) -> str:
    """Return the commit of a model's revision; raise errors as :func:`ask_hub`."""
    return name.revision if is_commit(name.revision) else str(ask_hub(name).sha)


def commit_in_hub_cache(name: HubName) -> str | None:
    """Return the commit in the cache of `huggingface_hub`, None without one."""
    try:
        place = snapshot_download(
            name.model, revision=name.revision, local_files_only=True, allow_patterns=[CONFIG]
        )
    except Exception:  # not in the cache, or unreadable
        return None
    return Path(place).name
