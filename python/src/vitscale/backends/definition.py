"""The definition of a backend: options, prerequisites, loader and command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitscale.backends.options import Option
from vitscale.backends.spec import BackendSpec

if TYPE_CHECKING:
    from vitscale.backends.base import Backend
    from vitscale.models.folder import ModelFolder
    from vitscale.results.schema import Scenario


@dataclass(frozen=True)
class JvmCommand:
    """Command line of the JVM benchmark for a backend, without Python.

    Attributes
    ----------
    arguments : tuple of str
        Arguments for the backend and its options.
    class_path : str
        Addition to the class path, beside the jar; empty for none.
    """

    arguments: tuple[str, ...]
    class_path: str = ""


def accept(_: BackendSpec) -> None:
    """Accept every combination of options."""


def need_nothing(_: BackendSpec, __: ModelFolder) -> None:
    """Accept every installation: the package's own dependencies are enough."""


@dataclass(frozen=True)
class Definition:
    """A backend; its package defines it in the module ``definition``.

    Attributes
    ----------
    name : str
        Name on the command line and in results.
    rank : int
        Position in listings and sets; 0 is the reference.
    options : dict of str to Option
        All its options.
    load : callable
        Loads a model into a backend of this process, and imports the engine's library.
    tuned : tuple of str
        Variants in the set ``tuned``, in the notation of :mod:`.parsing`.
    gpu : tuple of str
        Variants in the set ``gpu``.
    check_options : callable
        Raises `UsageError` if options contradict each other.
    check_installed : callable
        Raises an error that names a missing prerequisite.
    check_gpu : callable, optional
        Raises `GpuError` if its library cannot use a GPU; receives the newest CUDA version of the driver, or
        None if the driver does not report it.
    environment : callable, optional
        Returns environment variables for its process.
    command : callable, optional
        Returns the command line of the JVM benchmark; None for a backend that runs in Python.
    """

    name: str
    rank: int
    options: dict[str, Option]
    load: Callable[[BackendSpec, ModelFolder, int, Scenario], Backend]
    tuned: tuple[str, ...] = ()
    gpu: tuple[str, ...] = ()
    check_options: Callable[[BackendSpec], None] = accept
    check_installed: Callable[[BackendSpec, ModelFolder], None] = need_nothing
    check_gpu: Callable[[tuple[int, int] | None], None] | None = None
    environment: Callable[[BackendSpec], dict[str, str]] | None = None
    command: Callable[[BackendSpec], JvmCommand] | None = None
