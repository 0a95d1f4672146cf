"""Whether each family gives Transformers' labels, from the raw values of `make check-families`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vitscale.report.text_table import markdown_table
from vitscale.results import units
from vitscale.results.schema import Parity

_RUNTIMES = {"onnxruntime": "ONNX Runtime", "onednn": "oneDNN"}


def table(raw: Mapping[str, Any]) -> str:
    """Return a line for each model: equal first labels and the largest difference of logits, by runtime."""
    columns = ["model", "`model_type`", "weights, millions"]
    columns += [f"{name}: {what}" for name in _RUNTIMES.values() for what in ("same first label", "logits")]
    rows = [_row(name, model) for name, model in raw["models"].items()]
    return markdown_table(columns, rows, frozenset({0, 1}))


def differing_labels(raw: Mapping[str, Any]) -> int:
    """Return the number of first labels that differ, of all models and runtimes."""
    return sum(one["images"] - _same(one) for one in _certificates(raw))


def differing_pixels(raw: Mapping[str, Any]) -> int:
    """Return the number of models and runtimes whose input differs from Transformers' by any pixel."""
    return sum(one["max_pixel_difference"] != 0 for one in _certificates(raw))


def _row(name: str, model: Mapping[str, Any]) -> list[str]:
    cells = [name, f"`{model['model_type']}`", units.number(model["weights"] / 1e6)]
    for runtime in _RUNTIMES:
        found = model["certificates"].get(runtime)
        cells += ["", ""] if found is None else _cells(found)
    return cells


def _cells(found: Parity) -> list[str]:
    same, images = _same(found), found["images"]
    labels = f"all {same}" if same == images else f"{same} of {images}"
    return [labels, _scientific(found["max_logit_difference"])]


def _same(found: Parity) -> int:
    return round(found["top1_agreement"] * found["images"])


def _certificates(raw: Mapping[str, Any]) -> Iterator[Parity]:
    for model in raw["models"].values():
        yield from model["certificates"].values()


def _scientific(value: float) -> str:
    return f"{value:.1e}"
