"""Tables as Markdown and as comma-separated values."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Mapping, Sequence


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]], words: frozenset[int]) -> str:
    """Return a Markdown table.

    Parameters
    ----------
    columns : sequence of str
        Headings.
    rows : iterable of sequence of str
        Cells; this function escapes them.
    words : frozenset of int
        Columns with words; the others have figures and are right-aligned.
    """
    rules = ["---" if number in words else "---:" for number in range(len(columns))]
    lines = [[escaped(one) for one in columns], rules, *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def escaped(text: str) -> str:
    """Return a text escaped for Markdown."""
    return html.escape(text, quote=False).replace("|", "&#124;").replace("\n", " ")


def csv_table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> str:
    """Return comma-separated values (RFC 4180 except for line ends), always with a heading."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()
