"""The charts in a real browser: drawn, with the figures of the results, each traced to its row."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.results import example, single_stream, whole
from tests.report.conftest import TABLES, Browser, Write, marks

TIPS = (
    "return Object.fromEntries([...document.querySelectorAll('.chart')].map(one => [one.id.slice(10), "
    "one.querySelectorAll('.wide title').length]))"
)
WHISKERS = (
    "return [...document.querySelectorAll('#results-1-speed-up .wide path[stroke=\"#1a1c20\"]:not(defs *)')]"
    ".map(one => one.getBBox()).filter(box => box.width > 0 && box.height == 0)"
    ".map(box => [box.x, box.x + box.width])"
)


def test_every_chart_is_drawn(opened: Browser) -> None:
    assert opened.run(TIPS) == {
        "throughput": 3 + 3 + 1 + 2 + 1 + 2,
        "speed-up": 6,
        "memory": 6,
        "processor": 6,
        "iterations": 6 * 2,  # warm-up and measurement of each backend
    }


def test_rounds_stages_and_the_tuned_reference_have_their_charts(opened_whole: Browser) -> None:
    assert opened_whole.run(TIPS) == {
        "throughput": 6,
        "speed-up": 5 + 1,  # and the band of the machine's noise
        "speed-up-tuned": 5 + 1,
        "stages": 8 * 3,
        "memory": 5,
        "processor": 5,
        "iterations": 5 * 2,
    }
    assert opened_whole.complaints() == []


def test_both_drawings_of_a_chart_have_the_same_tooltips(opened_whole: Browser) -> None:
    for chart in ("speed-up", "throughput", "stages", "iterations"):
        wide, narrow = (marks(opened_whole, f"results-1-{chart}", name) for name in ("wide", "narrow"))
        assert [one.tip for one in wide] == [one.tip for one in narrow]


def test_latencies_have_a_chart_where_queries_came_one_by_one(browser: Browser, written: Write) -> None:
    results = single_stream()
    browser.emulate()
    browser.open(written(results))
    assert browser.run(TIPS) == {
        "latency": 2 * 3,
        "speed-up": 2,
        "memory": 2,
        "processor": 2,
        "iterations": 2 * 2,
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
    band, *bars = marks(opened_whole, "results-1-speed-up")
    rows = opened_whole.run(f"return {TABLES % 'speed-up'}")
    one = next(bar for bar, cells in zip(bars, rows, strict=True) if cells[0] == "huggingface")
    start, unit = one.x, one.width  # the reference is 1 times as fast as itself
    intervals = []
    for bar, cells in zip(bars, rows, strict=True):
        if cells[-1].startswith("benchmarks"):
            continue
        ratio = found[int(re.fullmatch(r"comparisons\[(\d+)\]", cells[-1])[1])]
        assert ratio in others
        assert bar.width / unit == pytest.approx(ratio["median"], abs=2e-3)
        assert cells[3] == ratio["verdict"]
        intervals.append([ratio["ci"]["low"], ratio["ci"]["high"]])
    drawn = [[(x - start) / unit for x in ends] for ends in opened_whole.run(WHISKERS)]
    assert sorted(drawn) == [pytest.approx(ends, abs=2e-3) for ends in sorted(intervals)]
    assert (band.x - start) / unit == pytest.approx(noise["ci"]["low"], abs=2e-3)
    assert (band.x + band.width - start) / unit == pytest.approx(noise["ci"]["high"], abs=2e-3)


def test_stages_are_those_of_the_json_and_their_verdict_is_said(opened_whole: Browser) -> None:
    results = whole()["stages"]
    rows = opened_whole.run(f"return {TABLES % 'stages'}")
    for cells in rows:
        one = results[int(re.fullmatch(r"stages\[(\d+)\]", cells[-1])[1])]
        times = list(one["ms_per_image"].values())
        assert [float(cell) for cell in cells[2:-3]] == pytest.approx(times, rel=5e-3)
        assert float(cells[-3]) == pytest.approx(sum(times), rel=5e-3)
    assert len(rows) == len(results)
    bars = marks(opened_whole, "results-1-stages")
    forward = [bar.width for bar in bars if ", forward:" in bar.tip]
    expected = sorted(one["ms_per_image"]["forward"] for one in results)
    assert sorted(width / max(forward) for width in forward) == pytest.approx(
        [one / max(expected) for one in expected], rel=1e-2
    )
    verdicts = opened_whole.run(
        "return Object.fromEntries([...document.querySelectorAll('.bottlenecks tbody tr')]"
        ".map(row => [row.cells[0].innerText, row.cells[1].innerText]))"
    )
    assert verdicts["vitscale"] == "the model"
    assert verdicts["spark-nlp"] == "preparing pixels"


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
    tips = [mark.tip for mark in marks(opened, "results-1-iterations")]
    assert tips[:2] == [
        "vitscale, warm-up: 1 iteration, 5.20 \N{EN DASH} 5.20 images/s",
        "vitscale, measurement: 3 iterations, 6.18 \N{EN DASH} 6.28 images/s",
    ]


def test_markers_take_their_colours_from_where_they_are_used(opened_whole: Browser) -> None:
    """The stylesheet, which follows the colour scheme, does not reach into copies of a marker."""
    own = "document.querySelectorAll('.drawing defs [fill], .drawing defs [stroke]').length"
    used = "document.querySelectorAll('.drawing use[stroke]').length"
    assert opened_whole.run(f"return [{own}, {used} > 0]") == [0, True]


def test_bars_are_drawn_to_scale(opened: Browser) -> None:
    bars = marks(opened, "results-1-speed-up")
    medians = [6.22, 5.75, 5.31, 4.40, 3.12, 3.00]
    assert [bar.width / bars[0].width for bar in bars] == pytest.approx(
        [one / 6.22 for one in medians], abs=2e-3
    )
    assert bars[0].tip == "vitscale: 1.41\N{MULTIPLICATION SIGN}, batch size 4, agrees"


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
