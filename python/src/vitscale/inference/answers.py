"""The answers of the classifier: labels and scores, or an error in the place of an image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from vitscale.errors import ImageError
from vitscale.images.inputs import Given
from vitscale.images.listing_rules import Ignored
from vitscale.notebook.gallery import SHOWN, Gallery

Labels: TypeAlias = "list[dict[str, Any]]"
Answer: TypeAlias = "Labels | ImageError"


class FolderAnswers(dict[str, Answer]):
    """The answers of a folder, by the path of each file below it. A notebook shows them with thumbnails.

    Attributes
    ----------
    root : Path
        The folder.
    ignored : Ignored
        What the search of the folder left aside: files with other suffixes, hidden ones, those of jobs.
    """

    def __init__(self, root: Path, answers: Iterable[tuple[str, Answer]], ignored: Ignored) -> None:
        super().__init__(answers)
        self.root = root
        self.ignored = ignored

    def gallery(self, shown: int = SHOWN) -> Gallery:
        """Return a table with thumbnails of the first images, and with the failed ones.

        Parameters
        ----------
        shown : int
            Number of images in the table, and of failed ones below them.
        """
        return Gallery(tuple((name, self.root / name, answer) for name, answer in self.items()), shown)

    def _repr_html_(self) -> str:
        return self.gallery()._repr_html_()


def answer_of(image: Given, record: dict[str, Any]) -> Answer:
    """Return the answer to an image from the JVM's record of it."""
    if "error" in record:
        return failure_of(image, record["error"])
    labels: Labels = record["labels"]
    return labels


def raise_first(failed: Sequence[ImageError], count: int) -> None:
    """Raise the first error of `count` images with the number of those that failed, if any did."""
    if failed:
        others = f" ({len(failed)} of {count} images failed)" if count > 1 else ""
        raise ImageError(f"{failed[0]}{others}")


def failure_of(image: Given, reason: object) -> ImageError:
    """Return the error of an image, with its name."""
    return ImageError(f"{image.name}: {reason}")
