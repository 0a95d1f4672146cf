"""How a backend runs: in the harness's worker or in its own JVM, its variables, its loader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitscale.backends.base import Backend
from vitscale.backends.registry import definition_of
from vitscale.backends.spec import BackendSpec

if TYPE_CHECKING:
    from vitscale.models.folder import ModelFolder
    from vitscale.results.schema import Scenario


def load_backend(
    spec: BackendSpec, model: ModelFolder, batch_size: int, scenario: Scenario = "offline"
) -> Backend:
    """Load a model into a backend of this process.

    The registry's loader imports the backend's module, so that a process imports only the backend it runs.
    """
    return definition_of(spec).load(spec, model, batch_size, scenario)


def environment_of(backend: BackendSpec) -> dict[str, str]:
    """Return the environment variables of a backend's process."""
    of = definition_of(backend).environment
    return of(backend) if of else {}


def needs_java(backend: BackendSpec) -> bool:
    """Tell whether a backend starts a JVM, natively or over py4j."""
    return definition_of(backend).command is not None


def is_native(backend: BackendSpec) -> bool:
    """Tell whether a backend runs in its own JVM, without Python."""
    return needs_java(backend) and backend.options.get("bridge", "native") == "native"
