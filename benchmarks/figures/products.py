"""How near the products of the forward pass come to the processor's limit, from `make bench-products`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vitscale.report.text_table import markdown_table
from vitscale.results import units

_LANES = {"fp32": 16, "bf16": 32, "int8": 64}
"""Multiply-adds of one 512-bit instruction: VFMADD231PS, VDPBF16PS and VPDPBUSD in Intel's manual."""
_COLUMNS = (
    "precision",
    "products with weights",
    "attention",
    "softmax",
    "the rest",
    "10⁹ multiply-adds/s of a core",
    "a cycle",
    "of one instruction a cycle",
)


def table(raw: Mapping[str, Any]) -> str:
    """Return a line for each precision: shares of the time of all steps, and the rate of the products."""
    return markdown_table(_COLUMNS, [_row(raw, precision) for precision in raw["precisions"]], frozenset({0}))


def rate(raw: Mapping[str, Any], precision: str) -> float:
    """Return the multiply-adds of the products with weights, in 10⁹ per second of a core."""
    products = [step for step in raw["precisions"][precision] if _kind(step) == "weights"]
    operations = math.fsum(_multiply_adds(step) * step["count"] for step in products)
    return operations / math.fsum(step["milliseconds"] for step in products) / 1e6


def share_of_gelu(raw: Mapping[str, Any], precision: str) -> float:
    """Return the share of GELU in the time of the whole pass, at most.

    The product before GELU has as many multiply-adds as the one behind it, so GELU and the different results
    are what the first takes longer.
    """
    steps = raw["precisions"][precision]
    products = [step for step in steps if _kind(step) == "weights"]
    first = next(step for step in products if "gelu" in step["attributes"])
    second = next(
        step for step in products if _multiply_adds(step) == _multiply_adds(first) and step is not first
    )
    whole = math.fsum(step["milliseconds"] for step in steps)
    return float(first["milliseconds"] - second["milliseconds"]) / whole


def _row(raw: Mapping[str, Any], precision: str) -> list[str]:
    steps = raw["precisions"][precision]
    times = {kind: 0.0 for kind in ("weights", "attention", "softmax", "rest")}
    for step in steps:
        times[_kind(step)] += step["milliseconds"]
    whole = math.fsum(times.values())
    found = rate(raw, precision)
    a_cycle = found / raw["clock_ghz"]
    return [
        f"`{precision}`",
        *(units.percent(time / whole) for time in times.values()),
        units.number(found),
        units.number(a_cycle),
        units.percent(a_cycle / _LANES[precision]),
    ]


def _kind(step: Mapping[str, Any]) -> str:
    if step["operation"] == "softmax":
        return "softmax"
    if step["operation"] != "matmul":
        return "rest"
    has_two_axes = step["problem"].partition(":")[0].count("x") == 1  # attention has images and heads, too
    return "weights" if has_two_axes else "attention"


def _multiply_adds(step: Mapping[str, Any]) -> int:
    """Return those of one product of two matrices, whose problem is ``ROWSxINNER:INNERxCOLUMNS``."""
    left, right = step["problem"].split(":")
    rows, inner = map(int, left.split("x"))
    return rows * inner * int(right.split("x")[1])
