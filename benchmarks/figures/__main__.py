"""``python -m benchmarks.figures``: compare README and docs with the raw values, or write the figures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures.check import problems
from benchmarks.figures.render import rendered
from benchmarks.figures.sections import replaced

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Return 0 if every figure is the computed one, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.figures", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the figures instead of comparing them")
    if parser.parse_args().write:
        _write()
    found = [problem for page in pages() for problem in problems(page, ROOT)]
    print("\n".join(found) or "Every figure of README and docs is the one that the raw values give.")
    return 1 if found else 0


def pages() -> Iterator[Path]:
    """Yield README and all pages of the documentation."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))


def _write() -> None:
    for page in pages():
        before = page.read_text()
        after = replaced(before, rendered)
        if after != before:
            page.write_text(after)
            print(f"{page.relative_to(ROOT)}: written", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
