"""The published benchmark: times of whole image sets, and claims. Its figures are in ``published.json``."""

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
        Name in the claims.
    engine, hardware : str
        Names for the reader.
    device : str
        ``"cpu"`` or ``"gpu"``.
    nodes : int
        Number of machines.
    seconds : dict
        Name of the image set -> seconds for all of it.
    batch_size : int or None
        The best one found; None where it was not published.
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
    """A claim that one engine is faster than another by a factor.

    Attributes
    ----------
    statement : str
        The claim in words.
    faster, slower : Timing
        The two engines.
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
        """The ratio of the published seconds, which is not always the claimed one."""
        return self.slower.seconds[self.images] / self.faster.seconds[self.images]


@dataclass(frozen=True)
class Rows:
    """Rows of the full set that Spark's logs count, in different runs."""

    files: int
    least: int
    most: int


@dataclass(frozen=True)
class Published:
    """The whole publication.

    Attributes
    ----------
    title, software : str
        Title of the articles, and the software that they measured.
    year : int
        Year of publication.
    images : dict
        Name of the image set -> number of images.
    rows : Rows
        Rows that Spark wrote.
    timings : tuple of Timing
        Published times.
    claims : tuple of Claim
        Published claims.
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
    """Return the published benchmark that ``vitscale reproduce`` measures again."""
    facts = json.loads(files("vitscale.report.claims").joinpath("published.json").read_text())
    timings = tuple(Timing(**row) for row in facts["timings"])
    by_id = {timing.id: timing for timing in timings}
    claims = tuple(
        Claim(**{**row, "faster": by_id[row["faster"]], "slower": by_id[row["slower"]]})
        for row in facts["claims"]
    )
    rows = Rows(**facts["rows"])
    return Published(facts["title"], facts["software"], facts["year"], facts["images"], rows, timings, claims)
