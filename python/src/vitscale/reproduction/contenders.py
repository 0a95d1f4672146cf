"""The backends of the published benchmark that can run on this machine, and those that cannot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vitscale.backends.parsing import parse
from vitscale.backends.prerequisites import refuse_without_gpu
from vitscale.backends.sets import SETS, expand
from vitscale.errors import VitscaleError
from vitscale.jvm.jar import tensorflow_jars
from vitscale.models.folder import ModelFolder
from vitscale.results.schema import LeftOut

TODAY = ("spark-nlp", "vitscale")
"""Backends beside the published ones: Spark NLP's default engine of today, and ViTScale."""
ON_GPU = ("huggingface:device=gpu", "spark-nlp:device=gpu", "vitscale:device=gpu")
"""The published backends and ViTScale on a GPU, if their prerequisites are met."""


def contenders(model: Path, wanted: Sequence[str] = ()) -> tuple[list[str], list[LeftOut]]:
    """Return the backends to measure, the reference first, and what is left out.

    Parameters
    ----------
    model : Path
        Model folder.
    wanted : sequence of str
        Backends or sets that the user named; empty for all that can run here.

    Raises
    ------
    UsageError
        If a named backend or one of its options is unknown.
    """
    if wanted:
        return [str(parse(name)) for name in expand(wanted)], list(_NEVER)
    left_out: list[LeftOut] = []
    backends = list(SETS["article"])
    missing = _missing_tensorflow(model)
    if missing:
        left_out.append({"what": "Spark NLP's TensorFlow engine, oneDNN off and on", "reason": missing})
        backends = [name for name in backends if not parse(name).uses_tensorflow]
    backends += TODAY
    for name in ON_GPU:
        missing = _missing_for_gpu(name)
        if missing:
            left_out.append({"what": f"{parse(name).name} on a GPU", "reason": missing})
        else:
            backends.append(name)
    left_out += _NEVER
    return backends, left_out


_NEVER: list[LeftOut] = [
    {
        "what": "2 to 10 nodes",
        "reason": "this is one machine; the part `nodes` measures two executors on it",
    },
]


def _missing_tensorflow(model: Path) -> str:
    try:
        tensorflow_jars()
        ModelFolder.open(model).saved_model_sha256()
    except VitscaleError as error:
        return str(error)
    return ""


def _missing_for_gpu(name: str) -> str:
    try:
        refuse_without_gpu([parse(name)])
    except VitscaleError as error:
        return str(error)
    return ""
