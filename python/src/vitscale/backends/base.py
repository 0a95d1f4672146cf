"""The face that every backend has towards the harness."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from vitscale.backends.spec import BackendSpec
from vitscale.images.image_set import FailedImage, ImageFolder
from vitscale.models.folder import ModelFolder

if TYPE_CHECKING:
    from vitscale.results.gpu_schema import DeviceUse
    from vitscale.results.schema import Scenario, StageName


class Predictions(Protocol):
    """The outcome of one pass over images; looking at it is not part of the timing."""

    def count(self) -> int:
        """Return the number of images that got a prediction."""
        ...

    def failed(self) -> list[FailedImage]:
        """Return the others."""
        ...


@dataclass(frozen=True)
class AllPredicted:
    """The outcome where the backend was given only images that can be decoded."""

    predicted: int

    def count(self) -> int:
        """Return the number of images that got a prediction."""
        return self.predicted

    def failed(self) -> list[FailedImage]:
        """Return none: a failure would have ended the pass."""
        return []


@dataclass(frozen=True)
class Outputs:
    """What a backend sees and answers, for comparing it with another.

    Attributes
    ----------
    files : tuple of str
        The images that were predicted.
    labels : tuple of str
        The first label of each.
    logits : ndarray, shape (images, classes), float32
        The model's raw output.
    pixels : ndarray, shape (images, height, width, 3), uint8
        The resized RGB values, before they are rescaled.
    """

    files: tuple[str, ...]
    labels: tuple[str, ...]
    logits: NDArray[np.float32]
    pixels: NDArray[np.uint8]


class Backend(Protocol):
    """A model that is loaded and ready.

    Attributes
    ----------
    survives_bad_images : bool
        Whether images that cannot be decoded may be among those that it is given. Others would lose the whole
        pass to the first bad file.
    """

    survives_bad_images: bool

    def classify(self, images: ImageFolder) -> Predictions:
        """Classify all images, end to end from their files: what the harness times."""
        ...

    def query(self, path: Path) -> str | None:
        """Classify one image as users ask for one: what a single-stream run times.

        Returns
        -------
        str or None
            Why it got no prediction; None if it got one.
        """
        ...

    def stages(self, images: ImageFolder) -> dict[StageName, float]:
        """Return where the time of images that can all be decoded goes: seconds by stage, of all together.

        One batch runs after another on one thread (the model on as many as it was given), so the stages do
        not overlap as they do in :meth:`classify`.
        """
        ...

    def outputs(self, images: ImageFolder) -> Outputs:
        """Return pixels and logits of images that can all be decoded."""
        ...

    def device_use(self) -> DeviceUse | None:
        """Return what the model really ran on, where a GPU was asked for; None on a processor."""
        ...

    def runtime(self) -> str | None:
        """Return what computes the forward pass, where the backend chooses it for each machine."""
        ...

    def close(self) -> None:
        """Give back what the backend holds."""
        ...


def load_backend(
    spec: BackendSpec, model: ModelFolder, batch_size: int, scenario: Scenario = "offline"
) -> Backend:
    """Load a model into a backend of this process.

    The registry's loader imports the backend's module, so that a process pays only for the backend it runs.
    """
    return spec.definition.load(spec, model, batch_size, scenario)
