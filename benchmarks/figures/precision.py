"""What lower precision costs, from the raw values of `make bench-precision`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitscale.evaluation.scores import Share
from vitscale.report.text_table import markdown_table
from vitscale.results import units

_VARIANTS = {
    ("fp32", "onnxruntime"): ("`fp32`", "ONNX Runtime"),
    ("fp32", "onednn"): ("`fp32`", "oneDNN"),
    ("bf16", "onednn"): ("`bf16`", "oneDNN"),
    ("int8", "onednn"): ("`int8`, calibrated", "oneDNN"),
    ("int8", "onnxruntime"): ("`int8`, dynamic", "ONNX Runtime"),
    ("fp32-tome4", "onnxruntime"): ("`fp32`, `--token-merging 4`", "ONNX Runtime"),
    ("int8-tome4", "onnxruntime"): ("`int8`, `--token-merging 4`", "ONNX Runtime"),
}


def table(raw: Mapping[str, Any]) -> str:
    """Return accuracy and share of fp32's labels of each model and variant, with Wilson's 95 % interval."""
    columns = ["precision", "runtime"]
    columns += [f"{name}: {figure}" for name in raw["models"] for figure in ("accuracy", "fp32's label")]
    rows = [[*names, *_shares(raw, *variant)] for variant, names in _VARIANTS.items()]
    return markdown_table(columns, rows, frozenset({0, 1}))


def changed(raw: Mapping[str, Any], model: str, precision: str, runtime: str) -> int:
    """Return the number of images whose first label is not fp32's."""
    images: int = raw["models"][model]["images"]
    return images - _counts(raw, model, precision, runtime)["same_as_fp32"]


def _shares(raw: Mapping[str, Any], precision: str, runtime: str) -> list[str]:
    found = []
    for name, model in raw["models"].items():
        counts = _counts(raw, name, precision, runtime)
        found += [_share(counts[figure], model["images"]) for figure in ("right", "same_as_fp32")]
    return found


def _counts(raw: Mapping[str, Any], model: str, precision: str, runtime: str) -> Mapping[str, int]:
    for one in raw["models"][model]["variants"]:
        if (one["precision"], one["runtime"]) == (precision, runtime):
            return dict(one)
    raise LookupError(f"{model} was not measured in {precision} on {runtime}.")


def _share(hits: int, images: int) -> str:
    share = Share.of(hits, images)
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f} {units.NONE} {100 * share.high:.1f})"
