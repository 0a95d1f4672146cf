"""The images of the published benchmark: the user's own, or made photos of the same number and sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vitscale.images.photos import make_photos
from vitscale.report.claims.published import published

PUBLISHED = published().images
"""Images of the published benchmark's two sets, ``sample`` and ``full``."""


def images_of(own: Path | None, folder: Path, count: int, report: Callable[[str], None]) -> Path:
    """Return a folder with at least so many images where photos are made, or the user's."""
    if own is not None:
        return own
    place = folder / f"photos-{count}"
    make_photos(place, count, progress=report)
    return place
