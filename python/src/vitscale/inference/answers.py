"""The answers of the classifier: labels and scores, or an error in the place of an image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from vitscale.errors import ImageError
from vitscale.images.inputs import Given
from vitscale.images.listing_rules import Ignored

Labels: TypeAlias = "list[dict[str, Any]]"
Answer: TypeAlias = "Labels | ImageError"


class FolderAnswers(dict[str, Answer]):
    """The answers of a folder, by the path of each file below it.

    Attributes
    ----------
    ignored : Ignored
        What the search of the folder left aside: files with other suffixes, hidden ones, those of jobs.
    """

    def __init__(self, answers: Iterable[tuple[str, Answer]], ignored: Ignored) -> None:
        super().__init__(answers)
        self.ignored = ignored


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
