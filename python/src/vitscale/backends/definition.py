"""What the registry knows of a backend: its options, its prerequisites, its loader and its command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from vitscale.backends.base import Backend
    from vitscale.backends.spec import BackendSpec
    from vitscale.models.folder import ModelFolder
    from vitscale.results.schema import Scenario

Value = str | int | bool
"""Of an option."""


@dataclass(frozen=True)
class Option:
    """An option of a backend.

    Attributes
    ----------
    default : str, int, bool or None
        Its value where it is not given; None leaves the choice to the library underneath.
    kind : type
        ``str``, ``int`` or ``bool``.
    help : str
        One line for the user.
    choices : tuple of str
        The values allowed, where it is a choice.
    changes : str
        ``"answer"``: it can change what the backend answers. ``"speed"``: it changes how fast the answer
        comes. ``"call"``: it changes how the backend is called, not what it does for a batch.
    """

    default: Value | None
    kind: type
    help: str
    choices: tuple[str, ...] = ()
    changes: Literal["answer", "speed", "call"] = "answer"


DEVICE = Option("cpu", str, "what runs the model", ("cpu", "gpu"))
GPUS = Option(1, int, "GPUs of this machine that work together", changes="speed")
PRECISION = Option("fp32", str, "which of the model folder's ONNX models")
ENGINE_PRECISION = Option(
    "fp32", str, "fp32, bf16 or int8 on oneDNN, or the name of a graph in the model folder"
)
RUNTIME = Option("auto", str, "library that computes the forward pass", ("auto", "onnxruntime", "onednn"))
THREADS = Option(None, int, "the engine's threads (by default its own choice)", changes="speed")
BRIDGE = Option("native", str, "called from Scala or from Python", ("native", "py4j"), "call")


@dataclass(frozen=True)
class JvmCommand:
    """How the JVM benchmark runs a backend without Python.

    Attributes
    ----------
    arguments : tuple of str
        Its arguments for the backend and the backend's options.
    class_path : str
        What the class path needs beside the jar; empty for nothing.
    """

    arguments: tuple[str, ...]
    class_path: str = ""


def accept(_: BackendSpec) -> None:
    """Accept every combination of options."""


def need_nothing(_: BackendSpec, __: ModelFolder) -> None:
    """Need nothing beside this package's own dependencies."""


@dataclass(frozen=True)
class Definition:
    """A backend, as its folder defines it in the module ``definition``.

    Attributes
    ----------
    name : str
        On the command line and in results.
    rank : int
        Its place in listings and sets; 0 is the reference.
    options : dict of str to Option
        All its options.
    load : callable
        Loads a model into a backend of this process. It imports the engine's library; the definition does
        not.
    tuned : tuple of str
        Its variants in the set ``tuned``, in the notation of :mod:`.spec`.
    gpu : tuple of str
        Its variants in the set ``gpu``.
    check_options : callable
        Raises `UsageError` where options contradict each other.
    check_installed : callable
        Raises the error that names what is missing to run it with a model.
    check_gpu : callable, optional
        Raises `GpuError` where its library cannot use a GPU; it gets the newest CUDA version that the driver
        runs, or None where the driver does not say.
    environment : callable, optional
        Returns variables that its process needs.
    command : callable, optional
        Returns how the JVM benchmark runs it; None for a backend that runs in Python.
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
