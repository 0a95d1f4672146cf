"""Compares a page with the figures that the raw values give, and finds figures without a source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from benchmarks.figures import untraced
from benchmarks.figures.render import PAGES, rendered
from benchmarks.figures.sections import names, outside, replaced

KNOWN = Path(__file__).parent / "known.toml"
"""Phrases with numbers that are no measured figures, by page or template."""


def problems(page: Path, root: Path) -> list[str]:
    """Return what is wrong with the figures of a page, a line for each.

    Parameters
    ----------
    page : Path
        Page in Markdown.
    root : Path
        Folder that its name is relative to in messages and in ``known.toml``.
    """
    name, text = page.relative_to(root).as_posix(), page.read_text()
    sections = names(text)
    found = [*_differences(name, text), *_without_source(name, outside(text), untraced.speeds)]
    for section in sections:
        template = f"{section}.md"
        found += _without_source(template, (PAGES / template).read_text(), untraced.figures)
    return found


def _differences(name: str, text: str) -> Iterator[str]:
    """Yield the first line of a page that differs from the computed one."""
    computed = replaced(text, rendered)
    lines = zip(text.splitlines(), computed.splitlines(), strict=False)
    for number, (said, expected) in enumerate(lines, start=1):
        if said != expected:
            yield f"{name}:{number}: says {said!r}; the raw values give {expected!r}. Run: make figures"
            return
    if text != computed:
        yield f"{name}: has lines that the raw values do not give. Run: make figures"


def _without_source(name: str, text: str, find: untraced.Finder) -> Iterator[str]:
    known = _known().get(name, [])
    for line, number in find(text, known):
        yield (
            f"{name}:{line}: {number!r} has no source. Compute it in a template of benchmarks/figures/pages, "
            f"or list its phrase in {KNOWN.name} if it is a setting or an example."
        )
    for phrase in untraced.stale(text, known):
        yield f"{KNOWN.name}: {name} no longer says {phrase!r}; remove the phrase."


@cache
def _known() -> dict[str, list[str]]:
    return {page: list(phrases) for page, phrases in tomllib.loads(KNOWN.read_text()).items()}
