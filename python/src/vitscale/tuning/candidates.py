"""What can run a model on this machine: runtimes of the engine, each in its precisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vitscale.errors import VitscaleError
from vitscale.inference.vit import ViT
from vitscale.models import manifest
from vitscale.models.calibration import calibrate
from vitscale.models.defaults import ONEDNN_PRECISIONS
from vitscale.system import model_files


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


REFERENCE = Candidate("auto", "fp32")
"""What the loss of all others is measured against."""


def candidates(
    model: Path, images: Path, say: Callable[[str], None]
) -> tuple[list[Candidate], dict[Candidate, str]]:
    """Return what runs here, and why the others do not.

    A model without scales for int8 on oneDNN is calibrated first, with the same images.

    Parameters
    ----------
    model : Path
        Model folder.
    images : Path
        Folder of images for the calibration.
    say : callable
        Takes a line of progress.
    """
    named = [Candidate("onednn", name) for name in ONEDNN_PRECISIONS]
    named += [Candidate("onnxruntime", name) for name in manifest.require(model)["onnx"]]
    usable, refused = [], {}
    for one in named:
        try:
            if one == Candidate("onednn", "int8") and not (model / model_files.CALIBRATION).is_file():
                say("calibrating int8")
                calibrate(model, images)
            one.open(model).close()
            usable.append(one)
        except VitscaleError as error:
            refused[one] = str(error)
            say(f"{one} is left out: {error}")
    return usable, refused
