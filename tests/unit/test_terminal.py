"""The summary on a terminal, wide and narrow."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import pytest
from rich.console import Console
from vitscale.report.terminal import print_parity, print_summary

from tests.fixtures.results import benchmark, example, parity, single_stream, suite, whole


def printed(width: int, show: Any, answer: Any) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(answer, console)
    text = console.file.getvalue()
    assert max(map(len, text.splitlines())) <= width
    return text


@pytest.mark.parametrize("width", [80, 200])
def test_terminal(width: int) -> None:
    text = printed(width, print_summary, example())
    assert "6.22" in text
    assert "Java heap space" in text
    assert "dogs/truncated.jpg" in text
    assert ("peak memory" in text) == (width == 200)
    assert "disagrees" in printed(width, partial(print_parity, random_weights=True), example()["parity"])


def test_lower_precision_on_random_weights_is_not_judged() -> None:
    rows = [parity("vitscale:precision=int8", top1_agreement=0.9375)]
    assert "not judged" in printed(120, partial(print_parity, random_weights=True), rows)
    assert "disagrees" in printed(120, partial(print_parity, random_weights=False), rows)


@pytest.mark.parametrize("results", [whole(), single_stream()], ids=["rounds", "latency"])
def test_a_narrow_terminal_loses_no_column_that_it_shows(results: dict[str, Any]) -> None:
    lines = printed(80, print_summary, results).splitlines()
    assert any(line.rstrip().endswith(" failed") for line in lines)
    assert any(line.startswith(" vitscale ") and line.rstrip().endswith(" 0") for line in lines)
    assert "disagrees" not in printed(80, print_summary, single_stream())


def test_terminal_reads_no_markup_and_names_ten_failures() -> None:
    failed = [{"file": f"[red]{number}[/red].jpg", "reason": "[bold]"} for number in range(12)]
    text = printed(100, print_summary, suite([benchmark("vitscale", 1, [1, 2], failed=failed)]))
    assert "[red]0[/red].jpg failed: [bold] (vitscale)" in text
    assert "2 more are in the results file" in text
