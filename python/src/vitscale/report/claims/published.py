"""What was published: times of whole sets, and claims made from them. The facts are in ``published.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Timing:
    """One engine on one kind of hardware.

    Attributes
    ----------
    id : str
        What claims call it.
    engine, hardware : str
        For the reader.
    device : str
        ``"cpu"`` or ``"gpu"``.
    nodes : int
        Machines that worked together.
    seconds : dict
        Name of the image set -> seconds for all of it.
    batch_size : int or None
        The best one found; None where it was not told.
    """

    id: str
    engine: str
    hardware: str
    device: str
    nodes: int
    seconds: dict[str, float]
    batch_size: int | None


@dataclass(frozen=True)
class Claim:
    """One engine is so many times as fast as another.

    Attributes
    ----------
    statement : str
        The claim in words.
    faster, slower : Timing
        Whom it is about.
    images : str
        Name of the image set.
    ratio : float
        Speed of the faster as a multiple of the slower's.
    """

    statement: str
    faster: Timing
    slower: Timing
    images: str
    ratio: float

    @property
    def published_times_give(self) -> float:
        """The ratio that the published seconds give, which is not always the one that was claimed."""
        return self.slower.seconds[self.images] / self.faster.seconds[self.images]


@dataclass(frozen=True)
class Rows:
    """What became of the files of the full set: how many rows Spark's logs count, in different runs."""

    files: int
    least: int
    most: int


@dataclass(frozen=True)
class Published:
    """The whole publication.

    Attributes
    ----------
    title, software : str
        What it is, and what it measured.
    year : int
        When.
    images : dict
        Name of the image set -> number of images.
    rows : Rows
        How many images came out of Spark.
    timings : tuple of Timing
        What was measured.
    claims : tuple of Claim
        What was made of it.
    """

    title: str
    software: str
    year: int
    images: dict[str, int]
    rows: Rows
    timings: tuple[Timing, ...]
    claims: tuple[Claim, ...]


@cache
def published() -> Published:
    """Return the published benchmark that this project re-runs."""
    facts = json.loads(files("vitscale.report.claims").joinpath("published.json").read_text())
    timings = tuple(Timing(**row) for row in facts["timings"])
    by_id = {timing.id: timing for timing in timings}
    claims = tuple(
        Claim(**{**row, "faster": by_id[row["faster"]], "slower": by_id[row["slower"]]})
        for row in facts["claims"]
    )
    rows = Rows(**facts["rows"])
    return Published(facts["title"], facts["software"], facts["year"], facts["images"], rows, timings, claims)
