"""The images of the published benchmark: the user's, or made photos of the same number and sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vitscale.images.photos import make_photos
from vitscale.report.claims.published import published

PUBLISHED = published().images
"""Number of images of the published sets, ``sample`` and ``full``."""


def images_of(own: Path | None, folder: Path, count: int, report: Callable[[str], None]) -> Path:
    """Return the user's folder, or a folder with at least ``count`` made photos."""
    if own is not None:
        return own
    place = folder / f"photos-{count}"
    make_photos(place, count, progress=report)
    return place
