"""All backends: each subpackage with a module ``definition``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from vitscale import backends
from vitscale.backends.definition import Definition
from vitscale.backends.options import Value
from vitscale.backends.spec import BackendSpec

_SHARED = "shared"


def _found() -> list[Definition]:
    folders = [one.name for one in iter_modules(backends.__path__) if one.ispkg and one.name != _SHARED]
    modules = [import_module(f"{backends.__name__}.{folder}.definition") for folder in folders]
    return sorted((module.BACKEND for module in modules), key=lambda one: one.rank)


BACKENDS: dict[str, Definition] = {one.name: one for one in _found()}
"""Name -> backend, in the order of their ranks."""


def spec_of(name: str, options: dict[str, Value]) -> BackendSpec:
    """Return a backend with options, for example of a results file; its name may be unknown."""
    return BackendSpec(name, options, BACKENDS[name].options if name in BACKENDS else {})


def definition_of(backend: BackendSpec) -> Definition:
    """Return the definition of a backend."""
    return BACKENDS[backend.name]
