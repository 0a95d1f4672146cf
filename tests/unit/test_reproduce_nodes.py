"""The published clusters' part: what fits into a budget, what is kept for it, what is not measured twice."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from vitscale.bench.environment import environment
from vitscale.errors import ClusterError
from vitscale.reproduction import Request, nodes, reproduce
from vitscale.reproduction.nodes import measure_nodes, share_of_nodes
from vitscale.scaling.benchmark import Setup
from vitscale.scaling.results import write

from tests.fixtures.results import in_rounds, suite
from tests.fixtures.scaling import scaling


@pytest.fixture
def request_(request_: Request) -> Request:
    return replace(request_, parts=("nodes",), command=("vitscale", "reproduce", "nodes"))


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Setup]:
    """Pretend to measure; tells what."""
    setups: list[Setup] = []

    def measure(setup: Setup, _: Any, output: Path, *__: Any, rounds: int, **___: Any) -> dict[str, Any]:
        setups.append(setup)
        made = {**scaling("fp32", rounds), "workload": nodes.workload(setup), "environment": environment()}
        write(made, output)
        return made

    monkeypatch.setattr(nodes, "measure", measure)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    return setups


def pilot(rate: float) -> Any:
    return suite([in_rounds("vitscale", 8, [rate] * 3)])


def test_all_images_are_taken_where_there_is_no_budget(request_: Request, measured: list[Setup]) -> None:
    done = reproduce(request_, lambda _: None)
    assert done.results == (request_.results("nodes"),)
    assert [len(setup.images.files) for setup in measured] == [12]
    assert [setup.model.precision for setup in measured] == ["fp32"]


def test_what_was_measured_is_not_measured_again(request_: Request, measured: list[Setup]) -> None:
    for _ in range(2):
        assert reproduce(request_, lambda _: None).results
    assert len(measured) == 1
    reproduce(replace(request_, count=5), lambda _: None)
    assert [len(setup.images.files) for setup in measured] == [12, 5]
    reproduce(replace(request_, count=5, forks=4), lambda _: None)
    assert len(measured) == 3


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("seconds", [200.0, 400.0])
def test_a_budget_too_small_leaves_them_out_with_the_reason(request_: Request, seconds: float) -> None:
    assert nodes.images_in(seconds, 2 / 6.0, 3) < nodes.LEAST_FOR_NODES
    path, left_out = measure_nodes(request_, pilot(6.0), seconds, lambda _: None)
    assert path is None
    assert [one["what"] for one in left_out] == ["nodes: two executors against one"]
    assert "larger --budget" in left_out[0]["reason"]


@pytest.mark.parametrize(("seconds", "rate"), [(450.0, 6.0), (900.0, 2.0), (3000.0, 12.0)])
def test_what_fits_into_a_budget_takes_no_longer(seconds: float, rate: float) -> None:
    per_image = 2 / rate
    images = nodes.images_in(seconds, per_image, 3)
    assert images > 0
    assert 100 + 3 * 40 + images * per_image * (0.5 + 3 * 3) <= seconds


def test_a_part_of_the_budget_is_kept_for_them(request_: Request) -> None:
    assert share_of_nodes(request_) == 1
    assert 0 < share_of_nodes(replace(request_, parts=("sample", "full", "nodes"))) < 0.5
    assert share_of_nodes(replace(request_, parts=("sample", "full"))) == 0


def test_one_processor_cannot_be_two(request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    done = reproduce(request_, lambda _: None)
    assert done.results == ()
    assert any("need two cores" in one["reason"] for one in done.left_out)
    assert not done.has_errors


@pytest.mark.usefixtures("measured")
def test_a_cluster_that_does_not_start_is_said_and_fails(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(*_: Any, **__: Any) -> None:
        raise ClusterError("Spark's master ended.")

    monkeypatch.setattr(nodes, "measure", measure)
    done = reproduce(request_, lambda _: None)
    assert done.has_errors
    assert {"what": "nodes", "reason": "failed: Spark's master ended."} in done.left_out
