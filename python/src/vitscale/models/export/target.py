"""Where an export lies in a model folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vitscale.errors import UsageError
from vitscale.models import manifest
from vitscale.models.export.variant import Variant
from vitscale.models.manifest import Engine


@dataclass(frozen=True)
class Place:
    """The engine and the variant that name a graph in a model folder, and in its record."""

    engine: Engine
    variant: Variant

    def __post_init__(self) -> None:
        """Refuse what the engine cannot have."""
        if self.engine == "tensorflow" and self.variant != Variant():
            raise UsageError(
                f"TensorFlow's SavedModel is made in fp32 alone; {self.variant.name} is for --format onnx."
            )

    def folder(self, model: Path) -> Path:
        """Return the folder of its graph."""
        return manifest.graph_folder(model, self.engine, self.variant.name)
