"""Makes any number of distinct JPEG photos by cropping a few freely licensed ones."""

from vitscale.images.photos.maker import make_photos
from vitscale.images.photos.recipe import Recipe

__all__ = ["Recipe", "make_photos"]
