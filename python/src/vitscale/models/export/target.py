"""The place of an export in a model folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vitscale.errors import ModelError, UsageError
from vitscale.models.export.variant import Variant
from vitscale.system import model_files
from vitscale.system.model_files import Engine


@dataclass(frozen=True)
class Place:
    """Engine and variant of a graph in a model folder and its record."""

    engine: Engine
    variant: Variant

    def __post_init__(self) -> None:
        """Check that the engine supports the variant."""
        if self.engine == "tensorflow" and self.variant != Variant():
            raise UsageError(
                f"--format tensorflow supports fp32 only; {self.variant.name} needs --format onnx."
            )

    def folder(self, model: Path) -> Path:
        """Return the folder of its graph."""
        return model_files.graph_folder(model, self.engine, self.variant.name)


def refuse_unsupported(place: Place, name: str, kind: str) -> None:
    """Raise an error for an option that only plain ViTs have.

    Parameters
    ----------
    place : Place
        Engine and variant.
    name, kind : str
        The model and its `model_type`.

    Raises
    ------
    ModelError
        If the model is of another family, and the option is token merging or TensorFlow.
    """
    if kind == "vit":
        return
    if place.engine == "tensorflow":
        raise ModelError(
            f"{name} is a {kind}; --format tensorflow is for ViT (model_type vit) only, as Spark NLP is."
        )
    if place.variant.token_merging:
        raise ModelError(
            f"{name} is a {kind}; --token-merging merges the tokens of a plain ViT (model_type vit) only. "
            "Leave it out."
        )
