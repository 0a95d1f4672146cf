"""The report in a real browser: drawn, with the results' figures, fetching and running nothing else."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.results import benchmark, crashed, example, parity, suite
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


def test_every_chart_is_drawn(opened: Browser) -> None:
    assert len(traces(opened, "throughput")) == 6 + 4  # a line for each, a band where there is a second size
    assert len(traces(opened, "speed-up")) == len(traces(opened, "memory")) == 1
    assert len(traces(opened, "iterations")) == 6
    drawn = opened.run(
        "return [...document.querySelectorAll('.chart')].map(one => [one.id, "
        "one.querySelectorAll('.trace .point').length])"
    )
    assert drawn == [
        ["results-1-throughput", 3 + 3 + 1 + 2 + 1 + 2],
        ["results-1-speed-up", 6],
        ["results-1-memory", 6],
        ["results-1-iterations", 6 * 4],
    ]


def test_plotly_finds_no_fault_with_the_figures(opened: Browser) -> None:
    faults = opened.run(
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
        low, high = (float(part) for part in spread.split("\N{EN DASH}"))
        assert (low, high) == pytest.approx((statistics["min"], statistics["max"]), rel=5e-3)
        expected = measured["step_time_ms"]["median"]
        assert float(step.replace(",", "")) == pytest.approx(expected, rel=5e-3)


def test_every_iteration_is_traced_to_its_row(opened: Browser) -> None:
    results = example()
    rows = opened.run(f"return {TABLES % 'iterations'}")
    assert len(rows) == 6 * 4
    for _, phase, images, seconds, _, row_id in rows:
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


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_width_scrolls_sideways(browser: Browser, written: Write, width: int) -> None:
    results = example()
    results["environment"]["cpu"] = "x" * 200
    results["benchmarks"][0]["runs"][0]["ledger"]["failed"][0]["file"] = "y" * 200
    results["benchmarks"].append(benchmark("onnxruntime", 1, [1, 2], options={"precision": "z" * 60}))
    browser.emulate(width=width)
    browser.open(written(results))
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    widest = browser.run(
        "return Math.max(...[...document.querySelectorAll('.chart .main-svg')]"
        ".map(one => one.getBoundingClientRect().right))"
    )
    assert widest <= width


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
    assert browser.run("return document.querySelectorAll('img, .images b').length") == 0
    assert browser.run("return document.scripts.length") == 4 + 2  # the charts' data, Plotly, and ours
    assert HOSTILE in browser.run("return document.querySelector('.images').innerText")
    assert HOSTILE in browser.run("return document.getElementById('results-1-speed-up').textContent")


def test_the_same_results_make_the_same_page(written: Write) -> None:
    first = written(example(), name="first.html").read_bytes()
    second = written(copy.deepcopy(example()), name="second.html").read_bytes()
    assert first == second


def test_machines_side_by_side_get_a_section_each_and_a_warning(browser: Browser, written: Write) -> None:
    other = example()
    other["environment"]["cpu"] = "Another CPU"
    browser.emulate()
    browser.open(written(example(), other))
    assert browser.run("return document.querySelectorAll('article').length") == 2
    assert browser.run("return document.querySelectorAll('.chart .main-svg').length") >= 8
    assert "different machines" in browser.run("return document.querySelector('.caveats').innerText")
    ids = browser.run("return [...document.querySelectorAll('[id]')].map(one => one.id)")
    page_ids = [one for one in ids if one.startswith("results-")]
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
    assert tables == [1, 1, 1, 1]
