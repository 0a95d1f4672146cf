"""The original photos of all crops; `originals/LICENCES.md` has the source of each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from PIL import Image


@dataclass(frozen=True)
class Source:
    """One original photo in the package.

    Attributes
    ----------
    name : str
        Stem of its file, and class folder of its crops.
    width, height : int
        Size in pixels, so that a recipe needs no decoding.
    credit : str
        Author and licence.
    """

    name: str
    width: int
    height: int
    credit: str

    def open(self) -> Image.Image:
        """Decode the photo to an RGB image of `width` x `height` pixels."""
        with (files("vitscale.images.photos") / "originals" / f"{self.name}.jpg").open("rb") as stream:
            return Image.open(stream).convert("RGB")


SOURCES = (
    Source("astronaut", 512, 512, "NASA, public domain"),
    Source("chelsea", 451, 300, "Stéfan van der Walt, CC0 1.0"),
    Source("china", 640, 427, "danielbuechele, CC BY 2.0"),
    Source("coffee", 600, 400, "Rachel Michetti, CC0 1.0"),
    Source("flower", 640, 427, "vultilion, CC BY 2.0"),
    Source("hubble_deep_field", 750, 654, "NASA, public domain"),
    Source("retina", 900, 900, "Mikael Häggström, CC0 1.0"),
    Source("rocket", 640, 427, "SpaceX, public domain"),
)
