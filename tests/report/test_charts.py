"""The charts in a real browser: drawn, with the figures of the results, each traced to its row."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fixtures.results import example, single_stream, whole
from tests.report.conftest import TABLES, Browser, Write, traces

POINTS = (
    "return Object.fromEntries([...document.querySelectorAll('.chart')].map(one => [one.id.slice(10), "
    "one.querySelectorAll('.trace .point').length]))"
)


def test_every_chart_is_drawn(opened: Browser) -> None:
    assert len(traces(opened, "throughput")) == 6 + 4  # a line for each, a band where there is a second size
    assert len(traces(opened, "speed-up")) == len(traces(opened, "memory")) == 1
    assert len(traces(opened, "iterations")) == 6
    assert opened.run(POINTS) == {
        "throughput": 3 + 3 + 1 + 2 + 1 + 2,
        "speed-up": 6,
        "memory": 6,
        "processor": 6,
        "iterations": 6 * 4,
    }


def test_rounds_stages_and_the_tuned_reference_have_their_charts(opened_whole: Browser) -> None:
    assert opened_whole.run(POINTS) == {
        "throughput": 6,
        "speed-up": 5,
        "speed-up-tuned": 5,
        "stages": 8 * 3,
        "memory": 5,
        "processor": 5,
        "iterations": 5 * 4 * 3,
    }
    assert opened_whole.complaints() == []


def test_latencies_have_a_chart_where_queries_came_one_by_one(browser: Browser, written: Write) -> None:
    results = single_stream()
    browser.emulate()
    browser.open(written(results))
    assert browser.run(POINTS) == {
        "latency": 2 * 3,
        "speed-up": 2,
        "memory": 2,
        "processor": 2,
        "iterations": 2 * 4 * 3,
    }
    for cells in browser.run(f"return {TABLES % 'latency'}"):
        index = int(re.fullmatch(r"benchmarks\[(\d+)\]\.latency_ms", cells[-1])[1])
        measured = results["benchmarks"][index]["latency_ms"]
        for cell, key in zip(cells[1:6], ("p50", "p90", "p99", "min", "max"), strict=True):
            assert float(cell) == pytest.approx(measured[key], rel=5e-3)
    assert browser.complaints() == []


def test_whiskers_and_the_band_of_noise_are_the_intervals_of_the_json(opened_whole: Browser) -> None:
    found = whole()["comparisons"]
    noise, *others = found
    (bars,) = traces(opened_whole, "speed-up")
    for cells, value, low, high in zip(
        opened_whole.run(f"return {TABLES % 'speed-up'}"),
        bars["x"],
        bars["error_x"]["arrayminus"],
        bars["error_x"]["array"],
        strict=True,
    ):
        if cells[-1].startswith("benchmarks"):
            assert (value, low, high) == (1, 0, 0), "the reference itself"
            continue
        one = found[int(re.fullmatch(r"comparisons\[(\d+)\]", cells[-1])[1])]
        assert one in others
        assert (value, value - low, value + high) == pytest.approx(
            (one["median"], one["ci"]["low"], one["ci"]["high"])
        )
        assert cells[3] == one["verdict"]
    shape = opened_whole.run("return document.getElementById('results-1-speed-up').layout.shapes[0]")
    assert (shape["x0"], shape["x1"]) == pytest.approx((noise["ci"]["low"], noise["ci"]["high"]))


def test_stages_are_those_of_the_json_and_their_verdict_is_said(opened_whole: Browser) -> None:
    results = whole()["stages"]
    rows = opened_whole.run(f"return {TABLES % 'stages'}")
    for cells in rows:
        one = results[int(re.fullmatch(r"stages\[(\d+)\]", cells[-1])[1])]
        times = list(one["ms_per_image"].values())
        assert [float(cell) for cell in cells[2:-3]] == pytest.approx(times, rel=5e-3)
        assert float(cells[-3]) == pytest.approx(sum(times), rel=5e-3)
    assert len(rows) == len(results)
    said = opened_whole.run("return document.getElementById('results-1-bottlenecks').parentElement.innerText")
    assert "vitscale is bound by the model" in said
    assert "spark-nlp is bound by preparing pixels" in said


@pytest.mark.parametrize("results", [example(), whole(), single_stream()], ids=["sweep", "rounds", "latency"])
def test_plotly_finds_no_fault_with_the_figures(
    results: dict[str, Any], browser: Browser, written: Write
) -> None:
    browser.open(written(results))
    faults = browser.run(
        "return [...document.querySelectorAll('.chart')].flatMap(one => "
        "(Plotly.validate(one.data, one.layout) || []))"
        ".filter(fault => fault.code != 'unused').map(fault => fault.msg)"
    )
    assert faults == []


def test_tables_under_the_charts_hold_the_figures_of_the_json(opened: Browser) -> None:
    results = example()
    rows = opened.run(f"return {TABLES % 'throughput'}")
    assert len(rows) == len(results["benchmarks"])
    for _, batch, rate, spread, step, row_id in rows:
        measured = results["benchmarks"][int(re.fullmatch(r"benchmarks\[(\d+)\]", row_id)[1])]
        assert int(batch) == measured["batch_size"]
        if measured["error"]:
            assert rate == "failed"
            continue
        statistics = measured["samples_per_sec"]
        assert float(rate) == pytest.approx(statistics["median"], rel=5e-3)
        low, high = (float(part) for part in spread.removeprefix("range ").split("\N{EN DASH}"))
        assert (low, high) == pytest.approx((statistics["min"], statistics["max"]), rel=5e-3)
        expected = measured["step_time_ms"]["median"]
        assert float(step.replace(",", "")) == pytest.approx(expected, rel=5e-3)


def test_every_iteration_is_traced_to_its_row(opened: Browser) -> None:
    results = example()
    rows = opened.run(f"return {TABLES % 'iterations'}")
    assert len(rows) == 6 * 4
    for _, process, phase, images, seconds, _, row_id in rows:
        assert process == "1"
        number, run, position = map(int, re.findall(r"\d+", row_id))
        iteration = results["benchmarks"][number]["runs"][run]["iterations"][position]
        assert (phase, int(images)) == (iteration["phase"], iteration["images"])
        assert float(seconds) == pytest.approx(iteration["seconds"], rel=5e-3)
    hover = "".join(text for trace in traces(opened, "iterations") for text in trace["text"])
    assert all(row[-1] in hover for row in rows)


def test_memory_and_speed_up_hold_the_figures_of_the_json(opened: Browser) -> None:
    results = example()["benchmarks"]
    for cells in opened.run(f"return {TABLES % 'memory'}"):
        measured = results[int(re.search(r"\d+", cells[-1])[0])]
        assert int(cells[2].replace(",", "")) == measured["runs"][0]["peak_memory_bytes"]
    for cells in opened.run(f"return {TABLES % 'speed-up'}"):
        measured = results[int(re.search(r"\d+", cells[-1])[0])]["samples_per_sec"]["median"]
        assert float(cells[1].rstrip("\N{MULTIPLICATION SIGN}")) == pytest.approx(measured / 4.40, abs=6e-3)
    for cells in opened.run(f"return {TABLES % 'processor'}"):
        measured = results[int(re.search(r"\d+", cells[-1])[0])]["runs"][0]
        assert float(cells[1].removesuffix(" s")) == pytest.approx(measured["cpu_seconds"])
        assert int(cells[2]) == sum(one["images"] for one in measured["iterations"])
