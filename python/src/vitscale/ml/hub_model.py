"""Stages whose model is a name on the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark import SparkContext

from vitscale.hub import model_folder


class HubModel:
    """Gives the JVM the folder of an export for a name on the hub; to be named before Spark's own mixins."""

    def _transfer_params_to_java(self) -> None:
        stage: Any = self
        if not stage.isDefined(stage.modelPath):
            super()._transfer_params_to_java()  # type: ignore[misc]
            return
        named, precision, runtime = map(stage.getOrDefault, (stage.modelPath, stage.precision, stage.runtime))
        # The name stays the parameter of Python: another precision may be set later.
        stage._set(modelPath=_folder(named, precision, runtime, master()))
        try:
            super()._transfer_params_to_java()  # type: ignore[misc]
        finally:
            stage._set(modelPath=named)


_folders: dict[tuple[str, ...], str] = {}


def _folder(named: str, precision: str, runtime: str, master_url: str) -> str:
    """Return the folder of a model; ask the hub once a process, since each copy and transform needs it."""
    key = (named, precision, runtime, master_url)
    known = _folders.get(key)
    if known is None or not Path(known).exists():  # never asked, or pruned meanwhile
        known = _folders[key] = model_folder(named, precision, runtime, master=master_url)
    return known


def master() -> str:
    """Return the master URL of the session that runs, in whatever thread; ``local`` without one."""
    context = SparkContext._active_spark_context
    return "local" if context is None else str(context.master)
