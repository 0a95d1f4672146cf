"""Times of the stages of a batch in the backends in Python."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from transformers.image_utils import load_image

from vitscale.images.image_set import ImageFolder, find_images
from vitscale.results.schema import STAGES, StageName


class StageClock:
    """Sums the seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[StageName, float] = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def stage(self, name: StageName) -> Iterator[None]:
        """Add the time of the block to a stage."""
        start = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - start


def staged_pass(
    images: ImageFolder,
    batch_size: int,
    processor: Any,
    run: Callable[[StageClock, list[NDArray[np.float32]]], None],
) -> dict[StageName, float]:
    """Classify images batch by batch on one thread, and return the time of each stage.

    Parameters
    ----------
    images : ImageFolder
        Images that can all be decoded.
    batch_size : int
        Images in one forward pass.
    processor : image processor of Transformers
        Called twice: first to resize only, then to normalise only.
    run : callable
        Receives the clock and one float32 array [3, height, width] for each image; copies, runs the model and
        picks labels, each under its stage.

    Returns
    -------
    dict
        Seconds by stage, of all images together.
    """
    clock = StageClock()
    if images.is_searched:
        with clock.stage("list"):
            folder = find_images(images.root)
        # These images may be a part of a larger folder: count their share of the listing.
        clock.seconds["list"] *= len(images.files) / len(folder.files)
    paths = images.paths
    for start in range(0, len(paths), batch_size):
        run(clock, _preprocess(clock, paths[start : start + batch_size], processor))
    return clock.seconds


def _preprocess(clock: StageClock, paths: list[Path], processor: Any) -> list[NDArray[np.float32]]:
    with clock.stage("read"):
        contents = [path.read_bytes() for path in paths]
    with clock.stage("decode"):
        decoded = [load_image(Image.open(BytesIO(content))) for content in contents]
    with clock.stage("resize"):
        resized = [
            processor(image, do_rescale=False, do_normalize=False, return_tensors="np")["pixel_values"][0]
            for image in decoded
        ]
    with clock.stage("normalise"):
        return [
            processor(pixels, do_resize=False, input_data_format="channels_first", return_tensors="np")[
                "pixel_values"
            ][0]
            for pixels in resized
        ]
