"""Who takes part in the published benchmark on this machine, and who cannot."""

from __future__ import annotations

from pathlib import Path

from vitscale.backends.sets import SETS
from vitscale.backends.spec import parse
from vitscale.bench.schema import LeftOut
from vitscale.errors import VitscaleError
from vitscale.jar import tensorflow_jars
from vitscale.models.folder import ModelFolder

TODAY = ("spark-nlp", "vitscale")
"""Beside the published ones: Spark NLP's engine of today, and ours."""
ON_GPU = "huggingface:device=gpu"


def contenders(model: Path) -> tuple[list[str], list[LeftOut]]:
    """Return the backends that can run here, the reference first, and what is left out.

    Parameters
    ----------
    model : Path
        Model folder.
    """
    left_out: list[LeftOut] = []
    backends = list(SETS["article"])
    missing = _missing_tensorflow(model)
    if missing:
        left_out.append({"what": "Spark NLP's TensorFlow engine, oneDNN off and on", "reason": missing})
        backends = [name for name in backends if not parse(name).uses_tensorflow]
    backends += TODAY
    if _has_gpu():
        backends.append(ON_GPU)
    else:
        left_out.append({"what": "Hugging Face on a GPU", "reason": "this machine has no CUDA device"})
    left_out += _NEVER
    return backends, left_out


_NEVER: list[LeftOut] = [
    {
        "what": "Spark NLP on a GPU",
        "reason": "this command measures Spark NLP on processors; ./sbtw -Dgpu=true builds its jar for CUDA",
    },
    {
        "what": "2 to 10 nodes",
        "reason": "this command measures one machine; `vitscale scaling` measures executors of a cluster",
    },
]


def _missing_tensorflow(model: Path) -> str:
    try:
        tensorflow_jars()
        ModelFolder.open(model).saved_model_sha256()
    except VitscaleError as error:
        return str(error)
    return ""


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()
