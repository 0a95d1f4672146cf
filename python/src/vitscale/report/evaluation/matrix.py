"""The confusion matrix of an evaluation, as rows of a table for the classes that are confused most."""

from __future__ import annotations

from dataclasses import dataclass

from vitscale.evaluation.scores import Scores

MOST_CLASSES = 25
"""Classes of the matrix; more do not fit on a page."""


@dataclass(frozen=True)
class Cell:
    """Images of one class that were given one class.

    Attributes
    ----------
    images : int
        Their number.
    share : int
        Percent of the images of their class.
    is_right : bool
        Whether the two classes are the same.
    """

    images: int
    share: int
    is_right: bool


@dataclass(frozen=True)
class Matrix:
    """A part of the confusion matrix.

    Attributes
    ----------
    classes : tuple of int
        Class numbers of rows (right class) and columns (prediction).
    rows : tuple of tuple of Cell
        One row for each class.
    left_out : int
        Classes that are not shown.
    """

    classes: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int


def matrix_of(scores: Scores) -> Matrix:
    """Return the matrix of all classes, or of those that are confused most if there are many."""
    images = {one.class_id: one.images for one in scores.classes}
    right = {one.class_id: one.right for one in scores.classes}
    mistaken = dict.fromkeys(images, 0)
    for true, found, count in scores.confusions:
        mistaken[true] += count
        mistaken[found] += count
    chosen = sorted(sorted(images, key=lambda number: -mistaken[number])[:MOST_CLASSES])
    wrong = {(true, found): count for true, found, count in scores.confusions}
    rows = tuple(
        tuple(
            _cell(right[true] if true == found else wrong.get((true, found), 0), images[true], true == found)
            for found in chosen
        )
        for true in chosen
    )
    return Matrix(tuple(chosen), rows, len(images) - len(chosen))


def _cell(count: int, of: int, is_right: bool) -> Cell:
    return Cell(count, round(100 * count / of) if of else 0, is_right)
