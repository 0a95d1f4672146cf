"""Errors of the Hugging Face hub, in one sentence with the next step."""

from __future__ import annotations

from huggingface_hub import constants
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from vitscale.errors import ModelError
from vitscale.hub.name import HubName
from vitscale.system.error_text import first_sentence

EXAMPLE = "google/vit-base-patch16-224"
_REFUSALS = (401, 403)


class HubUnreachableError(ModelError):
    """The hub, or a proxy, does not respond, and the cache does not have the model."""


def refuse_by_hub(name: HubName, error: Exception) -> None:
    """Raise an error if the hub itself refuses a model; return if the hub did not respond.

    Parameters
    ----------
    name : HubName
        The model.
    error : Exception
        What `huggingface_hub` raised.

    Raises
    ------
    ModelError
        If the hub does not have the model, or denies it to this user.
    """
    model = name.model
    if isinstance(error, HFValidationError):
        raise ModelError(
            f"{model!r} is neither a folder nor a name on the Hugging Face hub, such as {EXAMPLE}."
        ) from None
    if isinstance(error, GatedRepoError):
        raise ModelError(
            f"{model} is gated: accept its terms on the Hugging Face hub, then log in with `hf auth login`."
        ) from error
    if isinstance(error, DisabledRepoError):
        raise ModelError(f"The Hugging Face hub has disabled {model}. Choose another model.") from error
    if isinstance(error, RevisionNotFoundError):
        raise ModelError(
            f"{model} has no revision {name.revision!r} on the Hugging Face hub. Give one of its branches, "
            f"tags or commits after @, or only {model}."
        ) from error
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    if isinstance(error, RepositoryNotFoundError):
        raise ModelError(
            f"There is no folder {model!r}, and the Hugging Face hub knows no model of that name. Check its "
            "spelling; for a private one, log in with `hf auth login`."
        ) from error
    if status in _REFUSALS:
        raise ModelError(
            f"The Hugging Face hub refuses {model} with status {status}. Check the token: `hf auth login`."
        ) from error


def unreachable(name: HubName, error: Exception, folder_form: str) -> HubUnreachableError:
    """Return the error for a model that no cache has while the hub does not respond.

    Parameters
    ----------
    name : HubName
        The model.
    error : Exception
        What `huggingface_hub` raised.
    folder_form : str
        Description of a folder that can be named instead.
    """
    if constants.is_offline_mode():
        why, remedy = "is not asked, because HF_HUB_OFFLINE is set", "Unset HF_HUB_OFFLINE"
    else:
        what = f"{type(error).__name__}: {first_sentence(error)}".rstrip(".")
        why, remedy = f"does not answer ({what})", "Check the network and HTTPS_PROXY"
    return HubUnreachableError(
        f"{str(name)!r} is not a folder, and the Hugging Face hub {why}. {remedy}, or name {folder_form}."
    )
