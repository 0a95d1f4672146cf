"""Downloads checkpoints of the Hugging Face hub into its cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from huggingface_hub import snapshot_download

from vitscale.errors import ModelError
from vitscale.hub.commit import ask_hub
from vitscale.hub.name import HubName
from vitscale.hub.refusals import HubUnreachableError, refuse_by_hub, unreachable
from vitscale.models.checkpoint.image_processor import NESTED
from vitscale.models.checkpoint.weight_files import ADAPTER, choose_weights
from vitscale.system import model_files

__all__ = ["HubUnreachableError", "fetch"]
_SETTINGS = (model_files.CONFIG, model_files.PREPROCESSOR, NESTED, ADAPTER)
_FOLDER = f"a folder with {model_files.CONFIG}, {model_files.PREPROCESSOR} and {model_files.WEIGHTS}"


def fetch(name: HubName, check: Callable[[Path], object]) -> Path:
    """Return the folder of a checkpoint in the hub's cache; download it if it is missing.

    Parameters
    ----------
    name : HubName
        The model and its revision.
    check : callable
        Receives the folder with the settings, before the weights are downloaded.

    Returns
    -------
    Path
        A folder called as the commit.

    Raises
    ------
    HubUnreachableError
        If the hub does not respond, and the cache does not have the checkpoint.
    ModelError
        If the hub does not have the model, or denies it to this user.
    """
    try:
        info = ask_hub(name)
    except ModelError:
        raise
    except Exception as error:  # classes of httpx and of the hub's client, which change
        return _from_cache(name, error)
    names = {sibling.rfilename for sibling in info.siblings or ()}
    try:
        folder = Path(snapshot_download(name.model, revision=name.revision, allow_patterns=list(_SETTINGS)))
        check(folder)
        weights = choose_weights(names, name.model)
        snapshot_download(name.model, revision=folder.name, allow_patterns=list(weights.patterns))
    except ModelError:
        raise
    except Exception as error:
        refuse_by_hub(name, error)
        raise unreachable(name, error, _FOLDER) from error
    return folder


def _from_cache(name: HubName, problem: Exception) -> Path:
    """Return a complete checkpoint of an earlier download."""
    try:
        folder = Path(
            snapshot_download(
                name.model, revision=name.revision, local_files_only=True, allow_patterns=list(_SETTINGS)
            )
        )
        choose_weights({entry.name for entry in folder.iterdir()}, name.model)
    except Exception:
        raise unreachable(name, problem, _FOLDER) from problem
    return folder
