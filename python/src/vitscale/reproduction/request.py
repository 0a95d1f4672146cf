"""The request to reproduce the published benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vitscale.errors import UsageError

Part = Literal["sample", "full", "nodes"]
PARTS: tuple[Part, ...] = ("sample", "full", "nodes")


@dataclass(frozen=True)
class Request:
    """Parts and options of the reproduction.

    Attributes
    ----------
    parts : tuple of str
        ``"sample"``: a sweep of batch sizes on the published sample's 3,544 images, then rounds at the best;
        ``"full"``: rounds on 34,745 images at the best batch sizes of the sample; ``"nodes"``: the
        job on one and on two executors of this machine.
    model : Path
        Model folder.
    images : Path or None
        Folder of the user's images; None makes photos of ImageNet's sizes.
    count : int or None
        Number of images of each part, instead of the published numbers.
    forks : int
        Fresh processes of each backend at its best batch size.
    budget_seconds : float or None
        Wall-clock limit for everything.
    folder : Path
        Folder for results and photos.
    command : tuple of str
        Command line, stored in the results.
    backends : tuple of str
        Backends or sets to measure, the reference first; empty for all that can run here.
    """

    parts: tuple[Part, ...]
    model: Path
    images: Path | None
    count: int | None
    forks: int
    budget_seconds: float | None
    folder: Path
    command: tuple[str, ...]
    backends: tuple[str, ...] = ()

    def results(self, part: str) -> Path:
        """Return the results file of a part."""
        return self.folder / f"{part}.json"


def check_parts(names: Sequence[str]) -> tuple[Part, ...]:
    """Return the named parts in their order, or all parts if none is named.

    Raises
    ------
    UsageError
        If a name is unknown.
    """
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise UsageError(f"Unknown part {unknown[0]!r}; expected {', '.join(PARTS[:-1])} or {PARTS[-1]}.")
    return tuple(part for part in PARTS if part in names) or PARTS
