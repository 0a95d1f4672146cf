"""What can run a model on this machine: runtimes of the engine, each in its precisions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vitscale.inference.vit import ViT
from vitscale.models import manifest
from vitscale.system.precision_name import ONEDNN_PRECISIONS


@dataclass(frozen=True)
class Candidate:
    """A runtime with a precision, as the options of ``vitscale classify`` name them."""

    runtime: str
    precision: str

    def __str__(self) -> str:
        """Return its name for people."""
        return f"{self.runtime} {self.precision}"

    def open(self, model: Path, threads: int = 0) -> ViT:
        """Load the model; ``threads`` is the number of cores of one forward pass, 0 for one each."""
        return ViT(model, self.precision, runtime=self.runtime, threads=threads or None)  # type: ignore[arg-type]


def candidates(model: Path) -> list[Candidate]:
    """Return all runtimes in the precisions that the model folder has, fp32 on oneDNN first."""
    named = [Candidate("onednn", name) for name in ONEDNN_PRECISIONS]
    return named + [Candidate("onnxruntime", name) for name in manifest.require(model)["onnx"]]
