"""Notation of a backend on the command line: ``NAME`` or ``NAME:KEY=VALUE,KEY=VALUE``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from vitscale.backends.definition import Definition, Option, Value
from vitscale.backends.registry import BACKENDS
from vitscale.backends.sets import SETS
from vitscale.errors import UsageError
from vitscale.results.notation import FORWARD_ALONE, notation


@dataclass(frozen=True)
class BackendSpec:
    """A backend and its options that differ from their defaults."""

    name: str
    options: dict[str, Value] = field(default_factory=dict, hash=False)

    def __getitem__(self, key: str) -> Any:
        """Return an option's value, given or default."""
        return self.options.get(key, self.definition.options[key].default)

    @property
    def definition(self) -> Definition:
        """Definition of the backend in the registry."""
        return BACKENDS[self.name]

    @property
    def precision(self) -> str:
        """Precision of the graph that it runs, or is compared with."""
        return str(self.options.get("precision", "fp32"))

    @property
    def runtime(self) -> str:
        """Library that computes its forward pass; of backends without a choice, that of the graph."""
        if "runtime" not in self.definition.options:
            return "onnxruntime"
        return str(self["runtime"])

    @property
    def device(self) -> Literal["cpu", "gpu"]:
        """Requested device for the model."""
        return "gpu" if self.options.get("device") == "gpu" else "cpu"

    @property
    def gpus(self) -> int:
        """Number of GPUs to use, if it runs on a GPU."""
        return int(self.options.get("gpus", 1))

    def on_gpu(self) -> BackendSpec:
        """Return the backend on a GPU if it supports one, else unchanged."""
        if "device" not in self.definition.options or self.uses_tensorflow:
            return self
        moved = BackendSpec(self.name, {**self.options, "device": "gpu"})
        moved.definition.check_options(moved)
        return moved

    @property
    def uses_tensorflow(self) -> bool:
        """Whether Spark NLP runs the model in TensorFlow."""
        return self.options.get("engine") == "tensorflow"

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables of its process."""
        of = self.definition.environment
        return of(self) if of else {}

    @property
    def inside(self) -> BackendSpec:
        """The backend without the options of its caller; the stages are timed on it."""
        return self._without("call")

    @property
    def is_native(self) -> bool:
        """Whether it runs in its own JVM, without Python."""
        return self.definition.command is not None and self.options.get("bridge", "native") == "native"

    @property
    def gives_answers(self) -> bool:
        """Whether it gives labels, unlike the forward pass alone."""
        return self.name != FORWARD_ALONE

    def without_speed_options(self) -> BackendSpec:
        """Return the backend without the options that only change speed."""
        return self._without("call", "speed")

    def _without(self, *dropped: str) -> BackendSpec:
        known = BACKENDS[self.name].options if self.name in BACKENDS else {}
        kept = {
            key: value
            for key, value in self.options.items()
            if key not in known or known[key].changes not in dropped
        }
        return BackendSpec(self.name, kept)

    def __str__(self) -> str:
        """Return the notation that :func:`parse` reads."""
        return notation(self.name, self.options)


def needs_java(backend: BackendSpec) -> bool:
    """Tell whether a backend starts a JVM, natively or over py4j."""
    return backend.definition.command is not None


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
    spec = BackendSpec(name, options)
    spec.definition.check_options(spec)
    return spec


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
