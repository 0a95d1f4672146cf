"""A backend with the options that a user chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from vitscale.backends.options import Option, Value
from vitscale.results.notation import FORWARD_ALONE, notation


@dataclass(frozen=True)
class BackendSpec:
    """A backend and its options that differ from their defaults.

    Attributes
    ----------
    name : str
        Name of the backend.
    options : dict
        Name of an option -> its value, where it is not the default.
    known : dict of str to Option
        All options of the backend; empty for one that only older versions had.
    """

    name: str
    options: dict[str, Value] = field(default_factory=dict, hash=False)
    known: Mapping[str, Option] = field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, key: str) -> Any:
        """Return an option's value, given or default."""
        return self.options.get(key, self.known[key].default)

    @property
    def precision(self) -> str:
        """Precision of the graph that it runs, or is compared with."""
        return str(self.options.get("precision", "fp32"))

    @property
    def runtime(self) -> str:
        """Library that computes its forward pass; of backends without a choice, that of the graph."""
        if "runtime" not in self.known:
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

    @property
    def uses_tensorflow(self) -> bool:
        """Whether Spark NLP runs the model in TensorFlow."""
        return self.options.get("engine") == "tensorflow"

    @property
    def inside(self) -> BackendSpec:
        """The backend without the options of its caller; the stages are timed on it."""
        return self._without("call")

    @property
    def gives_answers(self) -> bool:
        """Whether it gives labels, unlike the forward pass alone."""
        return self.name != FORWARD_ALONE

    def without_speed_options(self) -> BackendSpec:
        """Return the backend without the options that only change speed."""
        return self._without("call", "speed")

    def with_options(self, **more: Value) -> BackendSpec:
        """Return the backend with further options."""
        return replace(self, options={**self.options, **more})

    def _without(self, *dropped: str) -> BackendSpec:
        kept = {
            key: value
            for key, value in self.options.items()
            if key not in self.known or self.known[key].changes not in dropped
        }
        return replace(self, options=kept)

    def __str__(self) -> str:
        """Return the notation that :func:`.parsing.parse` reads."""
        return notation(self.name, self.options)
