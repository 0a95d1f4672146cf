"""Names of a backend with its options: for the reader, and in the notation of the results."""

from __future__ import annotations

from vitscale.results import notation as notations
from vitscale.results.schema import Benchmark

_TOLD_BY_THEIR_VALUE = frozenset({"bridge", "device", "dtype", "engine", "precision"})
"""Options whose value is clear without their name, to save space."""


def label(benchmark: Benchmark) -> str:
    """Return the reader's name of a backend with its options that differ from the defaults.

    Examples
    --------
    ``huggingface``, ``huggingface (bfloat16)``, ``spark-nlp (py4j)``, ``onnxruntime (gpu, threads=2)``.
    """
    parts = ["gpu"] if benchmark["device"] == "gpu" else []
    parts += [_option(key, value) for key, value in benchmark["options"].items() if key != "device"]
    return f"{benchmark['backend']} ({', '.join(parts)})" if parts else benchmark["backend"]


def notation(benchmark: Benchmark) -> str:
    """Return ``NAME:KEY=VALUE,...``, the notation of comparisons, stages and parity."""
    return notations.notation(benchmark["backend"], benchmark["options"])


def readable(noted: str) -> str:
    """Return the label of a notation: ``spark-nlp (threads=1)`` of ``spark-nlp:threads=1``."""
    name = noted.partition(":")[0]
    parts = [_option(key, value == "true" or value) for key, value in options_of(noted).items()]
    parts.sort(key=lambda part: part != "gpu")  # first, as in labels
    return f"{name} ({', '.join(parts)})" if parts else name


def options_of(noted: str) -> dict[str, str]:
    """Return the options of a notation: ``{"threads": "1"}`` of ``spark-nlp:threads=1``."""
    rest = noted.partition(":")[2]
    items = [item.partition("=") for item in filter(None, rest.split(","))]
    return {key: value for key, _, value in items}


def _option(key: str, value: str | int | bool) -> str:
    if value is True:
        return key
    said = "false" if value is False else str(value)
    return said if key in _TOLD_BY_THEIR_VALUE else f"{key}={said}"
