"""Photos for a machine that has none: any number of distinct JPEGs cut out of a few freely licensed ones."""

from vitscale.images.photos.maker import make_photos
from vitscale.images.photos.recipe import Recipe

__all__ = ["Recipe", "make_photos"]
