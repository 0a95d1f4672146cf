"""A Vision Transformer with its image processor, from the Hugging Face hub or from a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
import transformers
from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)
from safetensors import SafetensorError
from transformers import AutoImageProcessor, ViTForImageClassification
from transformers.image_processing_utils import BaseImageProcessor

from vitscale.errors import ModelError
from vitscale.models import record
from vitscale.models.names import DEFAULT_CHECKPOINT
from vitscale.models.standin import known_architectures, stand_in

CHANNELS = 3
Weights = Literal["pretrained", "random"]


@dataclass(frozen=True)
class Checkpoint:
    """A model that can classify images.

    Attributes
    ----------
    name : str
        Its name on the hub, or the name of its folder.
    model : ViTForImageClassification
        In float32 and evaluation mode.
    processor : BaseImageProcessor
        Transformers' PIL processor, the reference for every pixel.
    weights : {"pretrained", "random"}
        "random" if the hub did not answer and seeded weights stand in.
    """

    name: str
    model: ViTForImageClassification
    processor: BaseImageProcessor
    weights: Weights


def load_checkpoint(source: str) -> Checkpoint:
    """Load a ViT for image classification; only safetensors, never code from the checkpoint.

    Parameters
    ----------
    source : str
        A local Hugging Face folder, or a name on the hub. Where the hub does not answer, the architectures
        that ViTScale knows get seeded weights.

    Raises
    ------
    ModelError
        If there is no such model, it is no ViT for image classification, or its weights are not in
        safetensors.
    """
    logging: Any = transformers.utils.logging
    logging.disable_progress_bar()
    if Path(source).is_dir():
        return _from_folder(Path(source))
    if folder := _from_hub(source):
        return _loaded(source, folder, source, "pretrained")
    if source in known_architectures():
        return Checkpoint(source, *stand_in(source), weights="random")
    raise ModelError(
        f"{source!r} is not a folder, and the Hugging Face hub does not answer. Name a folder with "
        f"{record.CONFIG}, {record.PREPROCESSOR} and {record.WEIGHTS}, go online, or use one of the "
        f"architectures that are known without the hub: {', '.join(known_architectures())}."
    )


def input_shape(checkpoint: Checkpoint) -> tuple[int, int, int]:
    """Return channels, height and width of an image as the model takes it."""
    size: Any = checkpoint.model.config.image_size
    height, width = (size, size) if isinstance(size, int) else size
    return CHANNELS, height, width


def label_texts(checkpoint: Checkpoint) -> list[str]:
    """Return the label texts by class number; two classes may share one.

    Raises
    ------
    ModelError
        If the configuration does not number them 0, 1, 2, ...
    """
    config: Any = checkpoint.model.config
    texts = config.id2label
    if sorted(texts) != list(range(config.num_labels)):
        raise ModelError(
            f"id2label of {checkpoint.name} must number its labels 0, 1, 2, ...; mend config.json."
        )
    return [str(texts[number]) for number in range(len(texts))]


def _from_folder(folder: Path) -> Checkpoint:
    """Load a folder; one that `vitscale export` made keeps its name and says if its weights are random."""
    for needed in (record.CONFIG, record.PREPROCESSOR):
        if not (folder / needed).is_file():
            raise ModelError(
                f"{folder} has no {needed}. A model folder is what save_pretrained of a Transformers model "
                "and of its image processor writes."
            )
    about = record.read(folder) or {}
    name = about.get("name", folder.resolve().name)
    return _loaded(str(folder), folder, name, about.get("weights", "pretrained"))


def _from_hub(name: str) -> Path | None:
    """Fetch a model's configuration; None where neither the hub nor the local cache has an answer."""
    try:
        return Path(snapshot_download(name, allow_patterns=[record.CONFIG]))
    except LocalEntryNotFoundError:
        return None
    except HFValidationError:
        raise ModelError(
            f"{name!r} is neither a folder nor a name on the Hugging Face hub, such as {DEFAULT_CHECKPOINT}."
        ) from None
    except GatedRepoError as error:
        raise ModelError(
            f"{name} is gated: accept its terms on the Hugging Face hub, then log in with `hf auth login`."
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelError(
            f"The Hugging Face hub knows no model {name!r}. Check its spelling; for a private one, log in "
            "with `hf auth login`."
        ) from error


def _loaded(source: str, folder: Path, name: str, weights: Weights) -> Checkpoint:
    """Load what Transformers finds at `source`, whose configuration lies in `folder`."""
    _check_kind(folder, name)
    factory: Any = AutoImageProcessor
    try:
        loaded: Any = ViTForImageClassification.from_pretrained(
            source,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
        processor = factory.from_pretrained(source, backend="pil", trust_remote_code=False)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"{name} cannot be loaded: {_first_line(error)} Its weights must be in {record.WEIGHTS}; a "
            "pytorch_model.bin can run code when it is read and is refused."
        ) from error
    model, loading = loaded
    missing = sorted(loading["missing_keys"])
    if missing:
        raise ModelError(
            f"{name} lacks weights of a ViT for image classification, {missing[0]} among {len(missing)}. "
            "Fine-tune it for classification first, or name another model."
        )
    return Checkpoint(name, model.eval(), processor, weights)


def _check_kind(folder: Path, name: str) -> None:
    """Refuse anything but a ViT over RGB images, before its weights are fetched."""
    try:
        config = json.loads((folder / record.CONFIG).read_text(encoding="utf-8"))
        kind, channels = config.get("model_type"), config.get("num_channels", CHANNELS)
    except FileNotFoundError:
        raise ModelError(f"{name} has no {record.CONFIG}: it is not a Transformers model.") from None
    except (ValueError, AttributeError) as error:
        raise ModelError(f"{record.CONFIG} of {name} cannot be read: {error}. Get the model anew.") from error
    if kind != "vit":
        raise ModelError(
            f"{name} is of the type {kind!r}; ViTScale runs 'vit', such as {DEFAULT_CHECKPOINT}."
        )
    if channels != CHANNELS:
        raise ModelError(f"{name} takes images of {channels} channels; ViTScale's have {CHANNELS}, in RGB.")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") + "." if lines else f"{type(error).__name__}."
