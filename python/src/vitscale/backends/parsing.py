"""Notation of a backend on the command line: ``NAME`` or ``NAME:KEY=VALUE,KEY=VALUE``."""

from __future__ import annotations

from vitscale.backends.options import Option, Value
from vitscale.backends.registry import BACKENDS, definition_of, spec_of
from vitscale.backends.sets import SETS
from vitscale.backends.spec import BackendSpec
from vitscale.errors import UsageError


def parse(text: str) -> BackendSpec:
    """Read ``NAME`` or ``NAME:KEY=VALUE,KEY=VALUE``.

    Raises
    ------
    UsageError
        If the backend, an option or a value is not known.

    Examples
    --------
    >>> parse("spark-nlp:bridge=py4j,action=write")
    BackendSpec(name='spark-nlp', options={'bridge': 'py4j'})
    """
    name, _, rest = text.partition(":")
    if name not in BACKENDS:
        known_sets = ", ".join(SETS)
        raise UsageError(
            f"Unknown backend {name!r}. Expected one of {', '.join(BACKENDS)}, or a set: {known_sets}."
        )
    known = BACKENDS[name].options
    options: dict[str, Value] = {}
    for item in filter(None, rest.split(",")):
        key, equals, value = item.partition("=")
        if key not in known or not equals:
            wanted = ", ".join(f"{name}={option.default}" for name, option in known.items())
            raise UsageError(f"Backend {name} has no option {item!r}. Its options, with defaults: {wanted}.")
        converted = _convert(f"{name}:{key}", known[key], value)
        if converted != known[key].default:
            options[key] = converted
    spec = spec_of(name, options)
    definition_of(spec).check_options(spec)
    return spec


def on_gpu(backend: BackendSpec) -> BackendSpec:
    """Return a backend on a GPU if it supports one, else unchanged.

    Raises
    ------
    UsageError
        If its other options exclude a GPU.
    """
    if "device" not in backend.known or backend.uses_tensorflow:
        return backend
    moved = backend.with_options(device="gpu")
    definition_of(moved).check_options(moved)
    return moved


def _convert(what: str, option: Option, value: str) -> Value:
    if option.choices and value not in option.choices:
        raise UsageError(f"{what} is {value!r}; expected {' or '.join(option.choices)}.")
    if option.kind is bool:
        if value not in ("true", "false"):
            raise UsageError(f"{what} is {value!r}; expected true or false.")
        return value == "true"
    if option.kind is int:
        if not value.isdecimal():
            raise UsageError(f"{what} is {value!r}; expected a whole number of at least 0.")
        return int(value)
    return value
