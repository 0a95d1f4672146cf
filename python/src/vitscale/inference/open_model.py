"""A model that is open in the JVM of this process."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vitscale.errors import VitscaleError
from vitscale.hub import model_folder
from vitscale.jvm.bridge import java_errors, python_api
from vitscale.jvm.fork import PerProcess

_LOGGER = logging.getLogger("vitscale")


class OpenModel:
    """An open model. A process that is forked from this one opens the model again in a JVM of its own.

    Parameters
    ----------
    model : str
        Model folder, or a name on the Hugging Face hub.
    precision, runtime, truncated : str
        As for `vitscale.ViT`.
    threads : int
        Threads of one forward pass; 0 for the fastest setting.

    Attributes
    ----------
    runtime : str
        Library that computes the forward pass.
    """

    def __init__(self, model: str, precision: str, threads: int, runtime: str, truncated: str) -> None:
        folder = _absolute(model_folder(model, precision, runtime))
        self._classifier = PerProcess(partial(_open, folder, precision, threads, runtime, truncated), _free)
        with java_errors():
            self.runtime = str(self._classifier.get().runtime())
            warning = self._classifier.get().warning()
        if warning is not None:
            _LOGGER.warning(warning)

    def close(self) -> None:
        """Free the model's memory in the JVM. Python does it too, when nothing refers to this object."""
        classifier = self._classifier.made
        if classifier is not None:
            with java_errors():
                classifier.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _absolute(folder: str) -> str:
    """Return the text with which any process opens a folder; a ``file:`` URI is one already."""
    return folder if folder.startswith("file:") else str(Path(folder).absolute())


def _free(classifier: Any) -> None:
    """Close a model that nothing refers to any more, such as that of a cell that a notebook ran again."""
    with suppress(VitscaleError), java_errors():
        classifier.close()


def _open(model: str, precision: str, threads: int, runtime: str, truncated: str) -> Any:
    """Open a model in the JVM of this process."""
    with java_errors():
        return python_api().classifier(model, precision, threads, runtime, truncated)
