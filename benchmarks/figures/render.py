"""Renders the template of a section from the raw values."""

from __future__ import annotations

import json
import re
import textwrap
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from vitscale.results import units

from benchmarks.figures import agreement, claims, gpu, pixels, precision, products, service
from benchmarks.figures.suite import Suite

RAW = Path(__file__).parent.parent
"""Folder of the raw values."""
_WRAP = partial(textwrap.fill, width=140, break_long_words=False, break_on_hyphens=False)
PAGES = Path(__file__).parent / "pages"
"""Folder of the templates."""


def rendered(name: str) -> str:
    """Return the text of a section."""
    text = _environment().get_template(f"{name}.md").render()
    return "\n\n".join(_filled(block) for block in re.split(r"\n{2,}", text.strip())).rstrip() + "\n"


def _filled(block: str) -> str:
    """Return a paragraph or a list with full lines; tables and headings stay as they are."""
    if block.startswith(("|", "#", "![")):
        return block
    items = [" ".join(item.split()) for item in re.split(r"\n(?=- )", block)]
    return "\n".join(_WRAP(item, subsequent_indent="  " if item.startswith("- ") else "") for item in items)


@cache
def _environment() -> Environment:
    # Markdown, not HTML; the templates are files of this repository.
    made = Environment(
        loader=FileSystemLoader(PAGES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals |= {
        "bench": _suite,
        "bench_in": lambda name, key: Suite(_raw(name)[key]),
        "raw": _raw,
        "pixels_table": lambda name: pixels.table(_raw(name)),
        "service_table": lambda name: service.table(_raw(name)),
        "pixel_ratio": lambda name, *which: pixels.ratio(_raw(name), *which),
        "seconds_of_all": gpu.seconds_of_all,
        "tflops": gpu.tflops,
        "claims_table": lambda name: claims.table(_suite(name).summary),
        "published_verdict": lambda name: claims.verdict(_suite(name).summary),
        "products_table": lambda name: products.table(_raw(name)),
        "share_of_gelu": lambda name, of: products.share_of_gelu(_raw(name), of),
        "agreement_table": lambda name: agreement.table(_raw(name)),
        "differing_labels": lambda name: agreement.differing_labels(_raw(name)),
        "differing_pixels": lambda name: agreement.differing_pixels(_raw(name)),
        "precision_table": lambda name: precision.table(_raw(name)),
        "precision_changed": lambda name, *which: precision.changed(_raw(name), *which),
    }
    made.filters |= {
        "number": units.number,
        "multiple": units.multiple,
        "percent": units.percent,
        "median": median,
    }
    return made


@cache
def _suite(name: str) -> Suite:
    return Suite.of_file(RAW / f"{name}.json")


@cache
def _raw(name: str) -> Any:
    return json.loads((RAW / f"{name}.json").read_text())
