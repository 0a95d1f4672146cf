"""The templates of this package; they escape all values."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from vitscale.report.left_aside import left_aside
from vitscale.report.naming import readable
from vitscale.results import units


def render(name: str, **values: object) -> str:
    """Return a template filled in."""
    return _environment().get_template(name).render(**values)


def source(name: str) -> str:
    """Return the source of a template."""
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _glued(text: str) -> str:
    """Return a sentence without line breaks between a figure and its unit, or inside an interval."""
    space = "\N{NO-BREAK SPACE}"
    dash = f"{space}{units.NONE}\N{WORD JOINER}{space}"  # else a line may break after a dash
    return text.replace(" %", f"{space}%").replace(f" {units.NONE} ", dash)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("vitscale.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["units"] = units
    environment.filters["glued"] = _glued
    environment.filters["left_aside"] = left_aside
    environment.filters["readable"] = readable
    environment.filters["zip"] = zip
    return environment
