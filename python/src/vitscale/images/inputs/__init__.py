"""Converts images of all Python forms for the JVM's engine."""

from vitscale.images.inputs.engine_image import EngineImage, ImageLike, engine_image, single_image
from vitscale.images.inputs.pixels import Pixels
from vitscale.images.inputs.sequences import Given, chunks, images_of

__all__ = [
    "EngineImage",
    "Given",
    "ImageLike",
    "Pixels",
    "chunks",
    "engine_image",
    "images_of",
    "single_image",
]
