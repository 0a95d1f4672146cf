"""Results of scaling that a report was given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from vitscale.scaling.calibration import Calibration
from vitscale.scaling.results import Document, calibration


@dataclass(frozen=True)
class ScalingSource:
    """One file of ``vitscale scaling``.

    Attributes
    ----------
    measured : Document
        What it holds.
    sha256, name : str
        Of the file.
    """

    measured: Document
    sha256: str
    name: str = "scaling.json"

    @cached_property
    def calibration(self) -> Calibration:
        """What a simulation takes from it."""
        return calibration(self.measured)
