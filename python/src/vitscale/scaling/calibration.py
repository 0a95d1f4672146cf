"""Measured times of the job, as input of the simulation of a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median, pstdev


@dataclass(frozen=True)
class Calibration:
    """Times of the job's parts on one core, in seconds unless the name has another unit.

    Attributes
    ----------
    task_rates : tuple of float
        Seconds an image of each measured task: reading, decoding, preprocessing and forward pass together.
    megapixels : tuple of float
        Sizes of the images with these rates.
    decode_per_megapixel : float
        Additional seconds of an image for each additional megapixel.
    start : tuple of float
        From the command to its first image, without loading the model; each run's.
    executor_ready : tuple of float
        Time of the executors before their first image: copying the jar, loading its classes and the model. It
        was measured on one machine; a cluster sends the jar over the network.
    task_overhead : float
        Overhead of each task on its core: sending it, unpacking it, waiting for the next.
    dispatch : float
        Time of each task on the driver, which handles one at a time.
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
        """Median over tasks, in seconds."""
        return median(self.task_rates)

    @property
    def task_spread(self) -> float:
        """Standard deviation of the tasks' rates as a share of their mean."""
        return pstdev(self.task_rates) / fmean(self.task_rates)

    def seconds_for(self, megapixels: tuple[float, ...]) -> float:
        """Return the seconds of an image for other image sizes."""
        larger = fmean(megapixels) - fmean(self.megapixels)
        return max(0.0, self.seconds_per_image + self.decode_per_megapixel * larger)
