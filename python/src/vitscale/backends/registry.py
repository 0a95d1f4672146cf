"""All backends: each subpackage with a module ``definition``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from vitscale import backends
from vitscale.backends.definition import Definition

_SHARED = "shared"


def _found() -> list[Definition]:
    folders = [one.name for one in iter_modules(backends.__path__) if one.ispkg and one.name != _SHARED]
    modules = [import_module(f"{backends.__name__}.{folder}.definition") for folder in folders]
    return sorted((module.BACKEND for module in modules), key=lambda one: one.rank)


BACKENDS: dict[str, Definition] = {one.name: one for one in _found()}
"""Name -> backend, in the order of their ranks."""
