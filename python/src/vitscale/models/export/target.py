"""The place of an export in a model folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vitscale.errors import UsageError
from vitscale.models import manifest
from vitscale.models.export.variant import Variant
from vitscale.models.manifest import Engine


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
        return manifest.graph_folder(model, self.engine, self.variant.name)
