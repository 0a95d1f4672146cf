"""Names of precisions: graphs as `vitscale export` makes them, and what oneDNN runs without a graph."""

from __future__ import annotations

import re

ONEDNN_PRECISIONS = ("fp32", "bf16", "int8")
"""Precisions that oneDNN runs without a graph, as Scala's ``vitscale.onednn.library.Numbers`` names them."""

_MERGING = r"(?:-tome(?P<pairs>[1-9][0-9]*))?"
_GRAPH = re.compile(rf"(?P<precision>fp32|fp16|int8-static|int8)(?P<uint8>-uint8)?{_MERGING}")
_WITHOUT_GRAPH = re.compile(rf"(?P<precision>{'|'.join(ONEDNN_PRECISIONS)}){_MERGING}")


def export_options(name: str) -> list[str] | None:
    """Return the options of `vitscale export` that make a graph of this name; None if none do.

    Parameters
    ----------
    name : str
        Such as ``"int8-uint8-tome8"``, see `vitscale.models.export.variant.Variant`.
    """
    found = _GRAPH.fullmatch(name)
    if found is None:
        return None
    options = ["--precision", found["precision"]]
    options += ["--input", "uint8"] if found["uint8"] else []
    options += ["--token-merging", found["pairs"]] if found["pairs"] else []
    return options


def how_to_make(name: str, model: str) -> str:
    """Return the next step for a graph that a model folder lacks."""
    options = export_options(name)
    if options is not None:
        return f"Make it: vitscale export MODEL {' '.join(options)} -o {model}"
    on_onednn = " oneDNN runs it without one: choose the runtime onednn." if needs_no_graph(name) else ""
    return f"`vitscale export` makes no graph {name}, but fp32, fp16, int8 and int8-static.{on_onednn}"


def needs_no_graph(name: str) -> bool:
    """Tell whether oneDNN can run a precision from a checkpoint's weights.

    Parameters
    ----------
    name : str
        Such as ``"int8"``, or ``"int8-tome8"``, where each block of a ViT merges eight pairs of tokens.
    """
    return _WITHOUT_GRAPH.fullmatch(name) is not None


def without_merging(name: str) -> str:
    """Return the precision without its merging of tokens."""
    return name.partition("-tome")[0]
