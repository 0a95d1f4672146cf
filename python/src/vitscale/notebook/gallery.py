"""Images with their labels as an HTML table, for the end of a notebook's cell."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitscale.errors import UsageError
from vitscale.images.thumbnail import thumbnail

SHOWN = 24
"""Images in one table; a large folder would make a large notebook."""

_LABELS_SHOWN = 3


@dataclass(frozen=True)
class Gallery:
    """Images with their answers. A notebook shows it as a table with thumbnails, the failed images last.

    Attributes
    ----------
    rows : tuple of (str, object, object)
        Name, image and answer of each.
    shown : int
        Number of images in the table, and of failed ones below them.
    """

    rows: tuple[tuple[str, Any, Any], ...]
    shown: int = SHOWN

    def _repr_html_(self) -> str:
        good = [row for row in self.rows if not isinstance(row[2], Exception)]
        failed = [row for row in self.rows if isinstance(row[2], Exception)]
        parts = [_row(*row) for row in (*good[: self.shown], *failed[: self.shown])]
        hidden = len(self.rows) - len(parts)
        caption = f"{len(good)} images classified, {len(failed)} failed"
        more = f"; {hidden} are not shown" if hidden else ""
        return f"<table><caption>{caption}{more}</caption>{''.join(parts)}</table>"


def gallery(images: Sequence[Any], answers: Iterable[Any], shown: int = SHOWN) -> Gallery:
    """Show images with the answers of ``ViT.classify``.

    Parameters
    ----------
    images : sequence of image
        Paths, bytes or images of Pillow. Others have no thumbnail.
    answers : iterable of list of dict, or of ImageError
        The answer to each.
    shown : int
        Number of images in the table, and of failed ones below them.

    Raises
    ------
    UsageError
        If there are not as many answers as images.

    Examples
    --------
    >>> gallery(files, vit.classify(files, on_error="return"))  # doctest: +SKIP
    """
    given = list(answers)
    if len(given) != len(images):
        raise UsageError(f"There are {len(images)} images and {len(given)} answers; expected one for each.")
    names = [
        str(image) if isinstance(image, str | Path) else f"image {at}" for at, image in enumerate(images)
    ]
    return Gallery(tuple(zip(names, images, given, strict=True)), shown)


def _row(name: str, image: Any, answer: Any) -> str:
    if isinstance(answer, Exception):
        text = f'<span style="color:#b00020">{html.escape(str(answer))}</span>'
    else:
        lines = (f"{one['score']:.1%} {html.escape(one['label'])}" for one in answer[:_LABELS_SHOWN])
        text = "<br>".join(lines) or "no label"
    cells = (_picture(image), html.escape(name), text)
    return "".join(["<tr>", *(f'<td style="text-align:left">{cell}</td>' for cell in cells), "</tr>"])


def _picture(image: Any) -> str:
    """Return the tag of a thumbnail; an empty string for an image without one."""
    small = thumbnail(image)
    if small is None:
        return ""
    return f'<img src="{small.uri}" width="{small.width}" height="{small.height}">'
