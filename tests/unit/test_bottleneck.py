"""What bounds a run, and what would help."""

from __future__ import annotations

import pytest
from vitscale.report.bottleneck import bottlenecks

from tests.fixtures.results import stages, suite


@pytest.mark.parametrize(
    ("milliseconds", "part", "remedy"),
    [
        ([0.1, 0.2, 5, 3, 0.5, 0.7, 200, 0.1], "the model", "int8"),
        ([0.1, 0.2, 50, 30, 5, 0.7, 20, 0.1], "preparing pixels", "more cores"),
        ([9, 80, 5, 3, 0.5, 0.7, 20, 0.1], "reading files", "storage"),
        ([0.1, 0.2, 5, 3, 0.5, 90, 20, 0.1], "copying pixels", "buffer"),
        ([0.1, 0.2, 5, 3, 0.5, 0.7, 20, 90], "picking labels", "one pass"),
    ],
)
def test_what_bounds_a_run(milliseconds: list[float], part: str, remedy: str) -> None:
    results = {**suite([]), "stages": [stages("vitscale:spark=true", 4, milliseconds)]}
    (found,) = bottlenecks(results)
    assert found.part == part
    assert remedy in found.sentence
    assert found.sentence.startswith(f"vitscale (spark) is bound by {part}: ")
    assert f"{1 / found.share:.2f}\N{MULTIPLICATION SIGN} as fast." in found.sentence


def test_stages_that_took_no_time_bound_nothing() -> None:
    assert bottlenecks({**suite([]), "stages": [stages("vitscale", 1, [0.0] * 8)]}) == []
