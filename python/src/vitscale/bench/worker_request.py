"""The request to a worker process, as JSON between two processes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from vitscale.backends.parsing import parse
from vitscale.backends.spec import BackendSpec
from vitscale.images.image_set import FailedImage, ImageFolder
from vitscale.results.schema import Scenario

Want = Literal["run", "outputs", "stages"]


@dataclass(frozen=True)
class WorkerRequest:
    """One backend with its options at one batch size, on one workload.

    Attributes
    ----------
    wants : tuple of str
        ``"run"``: measure; ``"outputs"``: pixels and logits for a comparison; ``"stages"``: times of the
        stages.
    backend : str
        The backend in the notation of :mod:`vitscale.backends.parsing`.
    model : str
        Model folder.
    batch_size : int
        Images in one forward pass.
    root : str
        Folder of the images.
    files : tuple of str
        The images, relative to the folder.
    is_whole : bool
        Whether these are all the images of the folder.
    undecodable : tuple of FailedImage
        Files that Pillow cannot decode.
    problems : tuple of FailedImage
        Files that could not be listed.
    is_searched : bool
        Whether the folder was searched for the images.
    warmup_images : int
        Images of the warm-up.
    iterations : int
        Smallest number of measured iterations over all images.
    min_seconds : float
        Shortest measurement, in seconds.
    scenario : str
        ``"offline"``: all images at once; ``"single-stream"``: one after another.
    stage_images : int
        Largest number of images for the stages.
    """

    wants: tuple[Want, ...]
    backend: str
    model: str
    batch_size: int
    root: str
    files: tuple[str, ...]
    is_whole: bool
    undecodable: tuple[FailedImage, ...]
    warmup_images: int
    iterations: int
    min_seconds: float
    scenario: Scenario
    stage_images: int
    problems: tuple[FailedImage, ...] = ()
    is_searched: bool = True

    @property
    def spec(self) -> BackendSpec:
        """The backend and its options."""
        return parse(self.backend)

    @property
    def images(self) -> ImageFolder:
        """All images of the workload."""
        return ImageFolder(
            Path(self.root), self.files, self.is_whole, self.is_searched, problems=self.problems
        )

    @property
    def decodable(self) -> ImageFolder:
        """The images that Pillow can decode."""
        return self.images.without(self.undecodable)

    def to(self, **changes: Any) -> WorkerRequest:
        """Return the same job with some fields changed."""
        return replace(self, **changes)

    def save(self, path: Path) -> None:
        """Write the job for its worker."""
        path.write_text(json.dumps(asdict(self)))

    @staticmethod
    def read(path: Path) -> WorkerRequest:
        """Read what :meth:`save` wrote."""
        fields = json.loads(path.read_text())
        fields["wants"] = tuple(fields["wants"])
        fields["files"] = tuple(fields["files"])
        for name in ("undecodable", "problems"):
            fields[name] = tuple(FailedImage(**one) for one in fields[name])
        return WorkerRequest(**fields)
