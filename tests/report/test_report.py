"""The report in a real browser: drawn, with the results' figures, fetching and running nothing else."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.results import benchmark, crashed, example, parity, single_stream, suite, whole
from tests.report.conftest import Browser

Write = Callable[..., Path]

HOSTILE = (
    "<b>&amp;</b><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">.jpg"
)
FASTEST_COLOUR = "return document.getElementById('results-1-speed-up').data[0].marker.color[0]"
LUMINANCE = """
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
"""
WIDEST_CHART = (
    "Math.max(...[...document.querySelectorAll('.chart .main-svg')]"
    ".map(one => one.getBoundingClientRect().right))"
)
TABLES = (
    "[...document.querySelectorAll('figure.%s tbody tr')].map(row => [...row.cells].map(c => c.textContent))"
)


@pytest.fixture
def opened(browser: Browser, written: Write) -> Browser:
    browser.emulate()
    browser.open(written(example()))
    return browser


def traces(browser: Browser, chart: str) -> list[dict[str, Any]]:
    found = browser.run(f"return document.getElementById('results-1-{chart}').data")
    assert isinstance(found, list)
    return found


@pytest.fixture
def opened_whole(browser: Browser, written: Write) -> Browser:
    browser.emulate()
    browser.open(written(whole()))
    return browser


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


def test_the_control_the_budget_the_ledger_and_the_hashes_are_shown(opened_whole: Browser) -> None:
    text = opened_whole.run("return document.body.innerText")
    for part in (
        "huggingface against itself",
        "It holds 1, as it should",
        "rounds 4 to 5",
        "Was every image accounted for?",
        "0123456789abcdef" * 4,
        "a" * 64,
        "b" * 64,
    ):
        assert part in text


def test_the_claims_stand_in_a_table_with_ours_and_the_reason(opened_whole: Browser) -> None:
    rows = opened_whole.run(
        "return [...document.querySelectorAll('.claims table.cards tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.innerText))"
    )
    assert len(rows) == 12
    tested = next(row for row in rows if "65" in row[0] and "ONNX" in row[-1])
    assert tested[1] == "1.65\N{MULTIPLICATION SIGN}"
    assert tested[3].startswith("0.70\N{MULTIPLICATION SIGN}")
    assert "not testable here" in tested[4]
    assert "Fewer images" in tested[-1]
    assert "comparisons[4]" in tested[-1]


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


def test_no_complaint_and_nothing_fetched(opened: Browser) -> None:
    assert opened.complaints() == []
    assert opened.run("return performance.getEntriesByType('resource').map(entry => entry.name)") == []
    assert opened.run("return document.querySelectorAll('[src], link:not([href^=\"data:\"])').length") == 0


def test_the_policy_forbids_the_network_and_foreign_scripts(opened: Browser) -> None:
    outcome = opened.driver.execute_async_script(
        "const done = arguments[0];"
        "const script = document.createElement('script'); script.textContent = 'window.foreign = true';"
        "document.body.append(script);"
        "fetch('data:,x').then(() => done('fetched'), () => done(window.foreign ? 'ran' : 'refused'))"
    )
    assert outcome == "refused"
    assert any("Content Security Policy" in complaint for complaint in opened.complaints())


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
        low, high = (float(part) for part in spread.removesuffix(" (range)").split("\N{EN DASH}"))
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


def test_who_disagrees_is_marked_in_table_chart_and_caveats(opened: Browser) -> None:
    marked = opened.run(
        "return [...document.querySelectorAll('.summary tr.differs th')].map(one => one.innerText.trim())"
    )
    assert marked == ["spark-nlp", "spark-nlp (py4j)"]
    assert traces(opened, "speed-up")[0]["marker"]["pattern"]["shape"] == ["", "", "", "", "/", "/"]
    grave = opened.run("return document.querySelector('.caveats .grave').innerText")
    assert grave.startswith("spark-nlp and spark-nlp (py4j) disagree. Only 15 of 16 images")


def test_what_failed_is_named_with_its_reason(opened: Browser) -> None:
    text = opened.run("return document.getElementById('results-1-failures').parentElement.innerText")
    assert "the machine probably ran out of memory" in text
    assert "Java heap space" in text
    assert "dogs/truncated.jpg image file is truncated (12 bytes missing) (all backends)" in text


def test_random_weights_and_the_command_are_said(opened: Browser) -> None:
    text = opened.run("return document.body.innerText")
    assert "The weights are random" in text
    assert "vitscale bench --images 'my photos' --batch-size 1,4,8" in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_and_charts_follow_the_colour_scheme(opened: Browser, scheme: str) -> None:
    colours = {"light": "rgb(0, 102, 179)", "dark": "rgb(88, 177, 240)"}
    for current in ("dark", "light", scheme):  # a change while the page is open is followed too
        opened.emulate(scheme=current)
        opened.wait_for(FASTEST_COLOUR, colours[current])
    assert (opened.run(LUMINANCE) < 60) == (scheme == "dark")
    assert opened.complaints() == []


@pytest.mark.parametrize("results", [example(), whole()], ids=["sweep", "rounds"])
def test_no_width_scrolls_sideways(browser: Browser, written: Write, results: dict[str, Any]) -> None:
    results = copy.deepcopy(results)
    results["environment"]["cpu"] = "x" * 200
    results["benchmarks"][0]["runs"][0]["ledger"]["failed"] = [{"file": "y" * 200, "reason": "w" * 90}]
    results["benchmarks"].append(benchmark("onnxruntime", 1, [1, 2], options={"precision": "z" * 60}))
    browser.emulate(width=320)
    browser.open(written(results))
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in (320, 390, 768, 1280, 390):
        browser.emulate(width=width)
        browser.wait_for(f"return {WIDEST_CHART} <= {width}", True)
        assert browser.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_names_and_figures_of_charts_do_not_overlap(
    opened_whole: Browser, browser: Browser, width: int
) -> None:
    browser.emulate(width=width)
    browser.wait_for(f"return {WIDEST_CHART} <= {width}", True)
    overlaps = browser.run(
        "const found = [];"
        "for (const chart of document.querySelectorAll('.chart')) {"
        "  const boxes = [...chart.querySelectorAll('.annotation-text')].map("
        "    one => [one.textContent, one.getBoundingClientRect()]);"
        "  boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {"
        "    if (p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom)"
        "      found.push(chart.id + ': ' + a + ' / ' + b); }));"
        "} return found"
    )
    assert overlaps == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(opened_whole: Browser, scheme: str) -> None:
    """WCAG 2.2's contrast of 4.5 for the words that decide: badges, caveats, notes, names of stages."""
    opened_whole.emulate(scheme=scheme)
    found = opened_whole.run(
        "const rgb = text => text.match(/[0-9.]+/g).map(Number);"
        "const light = text => { const [r, g, b] = rgb(text).map(c => c / 255)"
        "  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);"
        "  return 0.2126 * r + 0.7152 * g + 0.0722 * b };"
        "const ground = one => { for (; one; one = one.parentElement) {"
        "  const found = getComputedStyle(one).backgroundColor; if (rgb(found)[3] !== 0) return found; } };"
        "const words = '.badge, .caveats li, .note, small, em, figcaption span, .outcome';"
        "return [...document.querySelectorAll(words)].map(one => {"
        "  const [a, b] = [getComputedStyle(one).color, ground(one)].map(light);"
        "  return [one.className + one.textContent.slice(0, 30),"
        "    (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)] })"
    )
    assert len(found) > 40
    assert [one for one in found if one[1] < 4.5] == []


def test_paper_is_light_and_its_charts_fit(opened: Browser) -> None:
    opened.emulate(scheme="dark")
    opened.wait_for(FASTEST_COLOUR, "rgb(88, 177, 240)")
    opened.run(
        "addEventListener('beforeprint', () => { window.onPaper = {"
        "colour: document.getElementById('results-1-speed-up').data[0].marker.color[0],"
        "overhang: Math.max(...[...document.querySelectorAll('.chart')].map(one => "
        "one.querySelector('.main-svg').getBoundingClientRect().right - one.getBoundingClientRect().right))"
        "}})"
    )
    opened.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    on_paper = opened.run("return window.onPaper")
    assert on_paper["colour"] == "rgb(0, 102, 179)"
    assert on_paper["overhang"] <= 1
    opened.wait_for(FASTEST_COLOUR, "rgb(88, 177, 240)")
    opened.emulate(scheme="dark", media="print")
    assert opened.run(LUMINANCE) > 250


def test_hostile_text_is_inert_and_shown_as_it_is(browser: Browser, written: Write) -> None:
    results = example()
    results["command"] = ["vitscale", HOSTILE, "</script><script>document.title='owned'</script>"]
    results["workload"]["model"]["name"] = results["environment"]["cpu"] = HOSTILE
    results["environment"]["versions"] = {HOSTILE: HOSTILE}
    results["benchmarks"] += [
        benchmark("vitscale", 2, [9, 9.5], options={"precision": HOSTILE}),
        crashed("openvino", 1, HOSTILE),
        benchmark("openvino", 2, [1, 1.5], failed=[{"file": HOSTILE, "reason": "<b>bold</b> \udce9"}]),
    ]
    results["parity"].append(parity(f"vitscale:precision={HOSTILE}", top1_agreement=0.5))
    browser.emulate()
    browser.open(written(results))
    assert browser.complaints() == []
    assert "owned" not in browser.run("return document.title.replace(/document.title='owned'/g, '')")
    assert browser.run("return document.querySelectorAll('img, .images b, .ledger b').length") == 0
    assert browser.run("return document.scripts.length") == 5 + 2  # the charts' data, Plotly, and ours
    assert HOSTILE in browser.run("return document.querySelector('.images').innerText")
    assert HOSTILE in browser.run("return document.getElementById('results-1-speed-up').textContent")


def test_the_same_results_make_the_same_page(written: Write) -> None:
    first = written(example(), name="first.html").read_bytes()
    second = written(copy.deepcopy(example()), name="second.html").read_bytes()
    assert first == second


def test_machines_stand_apart_with_claims_of_their_own_and_a_warning(
    browser: Browser, written: Write
) -> None:
    other = whole()
    other["environment"]["cpu"] = "Another CPU"
    browser.emulate()
    browser.open(written(whole(), other, single_stream()))
    groups = browser.run(
        "return [...document.querySelectorAll('.group')].map("
        "one => [one.querySelector('.machine').innerText, one.querySelectorAll('article').length,"
        " one.querySelectorAll('.claims').length])"
    )
    assert groups == [
        ["Example CPU @ 2.00GHz, 2 cores, 16.0 GiB", 2, 1],
        ["Another CPU, 2 cores, 16.0 GiB", 1, 1],
    ]
    assert "different machines" in browser.run("return document.querySelector('.caveats').innerText")
    links = browser.run("return [...document.querySelectorAll('nav a')].map(one => one.hash.slice(1))")
    ids = browser.run("return [...document.querySelectorAll('[id]')].map(one => one.id)")
    assert links == ["results-1", "results-2", "results-3"]
    assert set(links) <= set(ids)
    page_ids = [one for one in ids if one.startswith(("results-", "claims-"))]
    assert len(page_ids) == len(set(page_ids))
    assert browser.complaints() == []


@pytest.mark.parametrize(
    "results",
    [
        suite([]),
        suite([crashed("vitscale", 1, "no memory")]),
        suite([benchmark("onnxruntime", 4, [1.0, 2.0])]),
        suite([benchmark("huggingface", 1, [1.0]), benchmark("vitscale", 1, [1.0, 3.0], device="gpu")]),
    ],
    ids=["empty", "only a crash", "one cell", "warm-up only"],
)
def test_little_is_shown_without_a_complaint(
    browser: Browser, written: Write, results: dict[str, Any]
) -> None:
    browser.emulate()
    browser.open(written(results))
    assert browser.complaints() == []
    assert browser.run("return document.querySelector('h2').innerText.length") > 10


def test_every_part_has_a_name_for_a_screen_reader(opened: Browser) -> None:
    unnamed = opened.run(
        "return [...document.querySelectorAll('[aria-labelledby]')]"
        ".filter(one => !document.getElementById(one.getAttribute('aria-labelledby'))).length"
        " + [...document.querySelectorAll('[role=img]')].filter(one => !one.ariaLabel).length"
    )
    assert unnamed == 0
    tables = opened.run(
        "return [...document.querySelectorAll('figure')].map(one => one.querySelectorAll('table').length)"
    )
    assert tables == [1] * 5
