"""Prepares images as input of an exported graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vitscale.errors import ImageError
from vitscale.images.image_set import ImageFolder
from vitscale.models.checkpoint.image_processor import resized_only
from vitscale.models.checkpoint.load import Checkpoint

BATCH = 8
Pixels = NDArray[np.float32] | NDArray[np.uint8]


def preprocess(checkpoint: Checkpoint, images: Sequence[Image.Image], input_type: str) -> Pixels:
    """Preprocess RGB images with the checkpoint's own processor.

    Returns
    -------
    array
        For "float32": normalised, [n, 3, height, width]; for "uint8": resized only, [n, height, width, 3].
    """
    processor: Any = checkpoint.processor
    if input_type == "float32":
        normalised: Pixels = processor(list(images), return_tensors="np")["pixel_values"]
        return normalised
    return resized_only(processor, list(images))


def batches(checkpoint: Checkpoint, images: ImageFolder, input_type: str) -> Iterator[Pixels]:
    """Read and preprocess a folder's images, `BATCH` at a time.

    Raises
    ------
    ImageError
        If an image cannot be read.
    """
    for start in range(0, len(images.files), BATCH):
        files = images.files[start : start + BATCH]
        yield preprocess(checkpoint, [_read(images, file) for file in files], input_type)


def _read(images: ImageFolder, file: str) -> Image.Image:
    from transformers.image_utils import load_image

    try:
        image: Image.Image = load_image(str(images.root / file))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageError(
            f"{images.root / file} cannot be read: {error}. The measurement of a model needs every image; "
            "remove this one or choose another folder."
        ) from error
    return image
