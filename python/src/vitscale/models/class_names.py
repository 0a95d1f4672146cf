"""The class that a name stands for, as folders and label files call it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class ClassNames:
    """Finds the class number of a name.

    A name is a label's text; else that text in upper or lower case, with ``_`` or ``-`` for a space; else
    one of the synonyms that a label lists between commas; else the class number itself. Where several
    classes fit, none is taken.

    Parameters
    ----------
    labels : sequence of str
        Label texts, by class number; two classes may share one.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._count = len(labels)
        numbered = list(enumerate(labels))
        self._exact = _unique((label, number) for number, label in numbered)
        self._plain = _unique((_plain(label), number) for number, label in numbered)
        self._synonyms = _unique(
            (_plain(part), number) for number, label in numbered for part in label.split(",")
        )

    def find(self, name: str) -> int | None:
        """Return the class number of a name, None if it names no class or several."""
        found = self._texts(name)
        if found:
            return found[0]
        number = int(name) if name.isascii() and name.isdecimal() else self._count
        return number if number < self._count else None

    def find_text(self, name: str) -> int | None:
        """Return the class number of a label's text; a number alone may be a date, so it names no class."""
        found = self._texts(name)
        return found[0] if found else None

    def _texts(self, name: str) -> list[int | None]:
        text = _plain(name)
        places = ((self._exact, name), (self._plain, text), (self._synonyms, text))
        return [names[key] for names, key in places if key in names]


def _unique(pairs: Iterable[tuple[str, int]]) -> dict[str, int | None]:
    """Return name -> number; None for a name that several classes have."""
    found: dict[str, int | None] = {}
    for name, number in pairs:
        found[name] = number if found.get(name, number) == number else None
    return found


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
