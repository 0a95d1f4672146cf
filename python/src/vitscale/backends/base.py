"""The interface of every backend to the harness."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from vitscale.images.image_set import FailedImage, ImageFolder

if TYPE_CHECKING:
    from vitscale.results.gpu_schema import DeviceUse
    from vitscale.results.schema import StageName


class Predictions(Protocol):
    """The outcome of one iteration over images; reading it is not timed."""

    def count(self) -> int:
        """Return the number of images that got a prediction."""
        ...

    def failed(self) -> list[FailedImage]:
        """Return the images without a prediction."""
        ...


@dataclass(frozen=True)
class AllPredicted:
    """The outcome of an iteration over images that can all be decoded."""

    predicted: int

    def count(self) -> int:
        """Return the number of images that got a prediction."""
        return self.predicted

    def failed(self) -> list[FailedImage]:
        """Return an empty list: a failure would have raised an error."""
        return []


@dataclass(frozen=True)
class Outputs:
    """Pixels, logits and first classes of a backend, for a comparison with another.

    Attributes
    ----------
    files : tuple of str
        The predicted images.
    label_ids : tuple of int
        Class number of the first label of each; -1 if the backend returned a text that no class has.
    logits : ndarray, shape (images, classes), float32
        The model's raw output.
    pixels : ndarray, shape (images, height, width, 3), uint8
        The resized RGB values, before rescaling.
    """

    files: tuple[str, ...]
    label_ids: tuple[int, ...]
    logits: NDArray[np.float32]
    pixels: NDArray[np.uint8]


class Backend(Protocol):
    """A loaded model.

    Attributes
    ----------
    survives_bad_images : bool
        Whether it accepts images that cannot be decoded. Other backends would fail at the first bad file.
    """

    survives_bad_images: bool

    def classify(self, images: ImageFolder) -> Predictions:
        """Classify all images, end to end from their files; the harness times this call."""
        ...

    def query(self, path: Path) -> str | None:
        """Classify one image; a single-stream run times this call.

        Returns
        -------
        str or None
            Reason why it has no prediction; None if it has one.
        """
        ...

    def stages(self, images: ImageFolder) -> dict[StageName, float]:
        """Return the seconds of each stage, of all images together; all images must be decodable.

        Batches run one after another on one thread (the model on its own threads), so the stages do not
        overlap as they do in :meth:`classify`.
        """
        ...

    def outputs(self, images: ImageFolder) -> Outputs:
        """Return pixels and logits of images that can all be decoded."""
        ...

    def device_use(self) -> DeviceUse | None:
        """Return the device that ran the model if a GPU was requested; None on a CPU."""
        ...

    def runtime(self) -> str | None:
        """Return what computes the forward pass, where the backend chooses it for each machine."""
        ...

    def close(self) -> None:
        """Release all resources."""
        ...
