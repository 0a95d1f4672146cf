"""Throughput and latency of services, from the raw values of `make bench-service`."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from vitscale.report.text_table import markdown_table
from vitscale.results import units

_OURS = "vitscale int8"
_COLUMNS = (
    "clients",
    "`vitscale` int8: images/s",
    "p99",
    "Hugging Face: images/s",
    "p99",
    "ratio of images/s",
)


def table(raw: Mapping[str, Any]) -> str:
    """Return a line for each number of clients: ours, and the faster of Hugging Face's services."""
    clients = [load["clients"] for load in raw["rounds"][0][_OURS]]
    rows = [_row(raw, place, number) for place, number in enumerate(clients)]
    return markdown_table(_COLUMNS, rows, frozenset())


def _row(raw: Mapping[str, Any], place: int, clients: int) -> list[str]:
    rates = {name: _median(raw, name, place, "images_per_sec") for name in raw["rounds"][0]}
    theirs = max((name for name in rates if name != _OURS), key=lambda name: rates[name])
    cells = [str(clients)]
    for name in (_OURS, theirs):
        cells += [units.number(rates[name]), f"{_median(raw, name, place, 'p99_ms'):,.0f} ms"]
    return [*cells, units.multiple(rates[_OURS] / rates[theirs])]


def _median(raw: Mapping[str, Any], name: str, place: int, figure: str) -> float:
    return median(one[name][place][figure] for one in raw["rounds"])
