"""Downloads checkpoints of the Hugging Face hub into its cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
)

from vitscale.errors import ModelError
from vitscale.models import manifest
from vitscale.models.checkpoint.image_processor import NESTED
from vitscale.models.checkpoint.weight_files import ADAPTER, choose_weights
from vitscale.models.defaults import DEFAULT_CHECKPOINT
from vitscale.models.error_text import first_sentence

SECONDS = 10.0
"""Timeout of the hub for a connection, and for a response."""
_SETTINGS = (manifest.CONFIG, manifest.PREPROCESSOR, NESTED, ADAPTER)
_REFUSALS = (401, 403)


class HubUnreachableError(ModelError):
    """The hub, or a proxy, does not respond, and the cache does not have the model."""


def fetch(name: str, check: Callable[[Path], None]) -> Path:
    """Return the folder of a checkpoint in the hub's cache; download it if it is missing.

    Parameters
    ----------
    name : str
        Name such as `google/vit-base-patch16-224`.
    check : callable
        Receives the folder with the settings, before the weights are downloaded.

    Raises
    ------
    HubUnreachableError
        If the hub does not respond, and the cache does not have the checkpoint.
    ModelError
        If the hub does not have the model, or denies it to this user.
    """
    try:
        info = HfApi().model_info(name, timeout=SECONDS)
    except HFValidationError:
        raise ModelError(
            f"{name!r} is neither a folder nor a name on the Hugging Face hub, such as {DEFAULT_CHECKPOINT}."
        ) from None
    except Exception as error:  # classes of httpx and of the hub's client, which change
        _refuse_by_hub(name, error)
        return _from_cache(name, error)
    names = {sibling.rfilename for sibling in info.siblings or ()}
    try:
        folder = Path(snapshot_download(name, allow_patterns=list(_SETTINGS)))
        check(folder)
        weights = choose_weights(names, name)
        snapshot_download(name, revision=folder.name, allow_patterns=list(weights.patterns))
    except ModelError:
        raise
    except Exception as error:
        _refuse_by_hub(name, error)
        raise _unreachable(name, error) from error
    return folder


def _refuse_by_hub(name: str, error: Exception) -> None:
    """Raise an error if the hub itself refuses a model."""
    if isinstance(error, GatedRepoError):
        raise ModelError(
            f"{name} is gated: accept its terms on the Hugging Face hub, then log in with `hf auth login`."
        ) from error
    if isinstance(error, DisabledRepoError):
        raise ModelError(f"The Hugging Face hub has disabled {name}. Choose another model.") from error
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    if isinstance(error, RepositoryNotFoundError):
        raise ModelError(
            f"There is no folder {name!r}, and the Hugging Face hub knows no model of that name. Check its "
            "spelling; for a private one, log in with `hf auth login`."
        ) from error
    if status in _REFUSALS:
        raise ModelError(
            f"The Hugging Face hub refuses {name} with status {status}. Check the token: `hf auth login`."
        ) from error


def _from_cache(name: str, problem: Exception) -> Path:
    """Return a complete checkpoint of an earlier download."""
    try:
        folder = Path(snapshot_download(name, local_files_only=True, allow_patterns=list(_SETTINGS)))
        choose_weights({entry.name for entry in folder.iterdir()}, name)
    except Exception:
        raise _unreachable(name, problem) from problem
    return folder


def _unreachable(name: str, error: Exception) -> HubUnreachableError:
    if constants.is_offline_mode():
        why, remedy = "is not asked, because HF_HUB_OFFLINE is set", "Unset HF_HUB_OFFLINE"
    else:
        what = f"{type(error).__name__}: {first_sentence(error)}".rstrip(".")
        why, remedy = f"does not answer ({what})", "Check the network and HTTPS_PROXY"
    return HubUnreachableError(
        f"{name!r} is not a folder, and the Hugging Face hub {why}. {remedy}, or name a folder with "
        f"{manifest.CONFIG}, {manifest.PREPROCESSOR} and {manifest.WEIGHTS}."
    )
