"""Options of backends, and those that several backends have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Value = str | int | bool
"""Value of an option."""


@dataclass(frozen=True)
class Option:
    """An option of a backend.

    Attributes
    ----------
    default : str, int, bool or None
        Value if the option is not given; None leaves the choice to the library.
    kind : type
        ``str``, ``int`` or ``bool``.
    help : str
        One line for the user.
    choices : tuple of str
        Allowed values; empty for any value.
    changes : str
        ``"answer"``: it can change the labels. ``"speed"``: it changes the speed only. ``"call"``: it changes
        how the backend is called, not its work for a batch.
    """

    default: Value | None
    kind: type
    help: str
    choices: tuple[str, ...] = ()
    changes: Literal["answer", "speed", "call"] = "answer"


DEVICE = Option("cpu", str, "device for the model", ("cpu", "gpu"))
GPUS = Option(1, int, "number of GPUs of this machine to use", changes="speed")
PRECISION = Option("fp32", str, "precision of the graph to run")
ENGINE_PRECISION = Option(
    "fp32", str, "fp32, bf16 or int8 on oneDNN, or the name of a graph in the model folder"
)
RUNTIME = Option("auto", str, "library that computes the forward pass", ("auto", "onnxruntime", "onednn"))
THREADS = Option(None, int, "threads of one forward pass (default: the engine's choice)", changes="speed")
BRIDGE = Option("native", str, "called from Scala (native) or from Python (py4j)", ("native", "py4j"), "call")
