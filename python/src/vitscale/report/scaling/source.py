"""Results of scaling for a report."""

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
        The content of the file.
    sha256, name : str
        SHA-256 and name of the file.
    """

    measured: Document
    sha256: str
    name: str = "scaling.json"

    @cached_property
    def calibration(self) -> Calibration:
        """The input of a simulation."""
        return calibration(self.measured)
