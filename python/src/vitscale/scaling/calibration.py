"""What was measured of the job, in the terms that the simulation of a cluster needs."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median, pstdev


@dataclass(frozen=True)
class Calibration:
    """Times of the job's parts on one core, all in seconds unless the name says otherwise.

    Attributes
    ----------
    task_rates : tuple of float
        Seconds an image of each measured task: reading, decoding, preprocessing and forward pass together.
    megapixels : tuple of float
        Sizes of the images that gave these rates.
    decode_per_megapixel : float
        What a megapixel more costs an image.
    start : tuple of float
        From the command to its first image, opening the model left out, of each run.
    executor_ready : tuple of float
        What the executors need before their first image: copying the jar, loading its classes and the model.
        On one machine; to others the jar, 230 MB, is sent over the network.
    task_overhead : float
        Of each task on its core, beside its work: sending it, unpacking it, waiting for the next.
    dispatch : float
        Of each task on the driver, which handles one at a time.
    finish : float
        From the last task to the end: last commit, counting the rows, stopping Spark.
    listing_rate : float
        Files listed per second.
    side_by_side : tuple of float
        Speed of a core while another one works, as a share of its speed alone; each round's.
    """

    task_rates: tuple[float, ...]
    megapixels: tuple[float, ...]
    decode_per_megapixel: float
    start: tuple[float, ...]
    executor_ready: tuple[float, ...]
    task_overhead: float
    dispatch: float
    finish: float
    listing_rate: float
    side_by_side: tuple[float, ...]

    @property
    def seconds_per_image(self) -> float:
        """Median over tasks."""
        return median(self.task_rates)

    @property
    def task_spread(self) -> float:
        """Standard deviation of the tasks' rates, as a share of their mean: stragglers and mixed sizes."""
        return pstdev(self.task_rates) / fmean(self.task_rates)

    def seconds_for(self, megapixels: tuple[float, ...]) -> float:
        """Return seconds an image of other sizes."""
        larger = fmean(megapixels) - fmean(self.megapixels)
        return max(0.0, self.seconds_per_image + self.decode_per_megapixel * larger)
