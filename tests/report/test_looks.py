"""The page as people look at it: light, dark, on a phone, on paper, with a screen reader."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from vitscale.report.naming import notation
from vitscale.report.render import write_report

from tests.fixtures.results import benchmark, example, in_rounds, stages, whole
from tests.report.conftest import Browser, Write

FASTEST_COLOUR = (
    "return getComputedStyle(document.querySelector('#results-1-speed-up .wide title ~ path')).fill"
)
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
LUMINANCE = """
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
"""
WIDEST_CHART = (
    "Math.max(...[...document.querySelectorAll('.drawing')].map(one => one.getBoundingClientRect().right))"
)


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
def test_names_and_figures_of_charts_do_not_overlap(browser: Browser, written: Write, width: int) -> None:
    results = whole()
    tuned = {"dtype": "bfloat16", "num_workers": 2, "torch_compile": True}
    results["benchmarks"].append(in_rounds("huggingface", 8, [9.1, 9.0, 9.2], options=tuned))
    results["stages"].append(stages(notation(results["benchmarks"][-1]), 8, [0.1, 0.2, 5, 3, 1, 1, 90, 0.1]))
    browser.open(written(results))
    browser.emulate(width=width)
    browser.wait_for(f"return {WIDEST_CHART} <= {width}", True)
    sizes = browser.run(
        "return [...document.querySelectorAll('.drawing text')].map(one => one.getBoundingClientRect())"
        ".filter(box => box.height).map(box => box.height)"
    )
    assert min(sizes) > 10, "CSS pixels; smaller text cannot be read"
    overlaps = browser.run(
        "const found = [];"
        "for (const chart of document.querySelectorAll('.chart')) {"
        "  const boxes = [...chart.querySelectorAll('text')].map("
        "    one => [one.textContent, one.getBoundingClientRect()]).filter(([, box]) => box.width);"
        "  boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {"
        "    if (p.left < q.right && q.left < p.right && p.top + 2 < q.bottom && q.top + 2 < p.bottom)"
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
        "const words = '.badge, .brief, .notes td, .note, small, figcaption span, .outcome, nav a';"
        "return [...document.querySelectorAll(words)].map(one => {"
        "  const [a, b] = [getComputedStyle(one).color, ground(one)].map(light);"
        "  return [one.className + one.textContent.slice(0, 30),"
        "    (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)] })"
    )
    assert len(found) > 40
    assert [one for one in found if one[1] < 4.5] == []


def test_paper_is_light_and_its_charts_fit(opened: Browser) -> None:
    opened.emulate(width=680, scheme="dark", media="print")  # A4 less its margins
    assert opened.run(LUMINANCE) > 250
    assert opened.run(FASTEST_COLOUR) == "rgb(0, 102, 179)"
    shown = "[...document.querySelectorAll('.drawing')].filter(one => one.getBoundingClientRect().width)"
    assert opened.run(f"return {shown}.map(one => one.classList[1])") == ["wide"] * 5
    assert opened.run(f"return {WIDEST_CHART}") <= 680
    opened.emulate(scheme="dark")
    assert opened.run(FASTEST_COLOUR) == "rgb(88, 177, 240)"


def test_a_screen_shows_the_drawing_that_fits_it(opened: Browser) -> None:
    shown = "[...document.querySelectorAll('.drawing')].filter(one => one.getBoundingClientRect().width)"
    for width, drawing in ((390, "narrow"), (1280, "wide")):
        opened.emulate(width=width)
        assert opened.run(f"return {shown}.map(one => one.classList[1])") == [drawing] * 5


def test_the_largest_published_results_make_a_page_below_a_megabyte(tmp_path: Path) -> None:
    page = write_report([BENCHMARKS / "benchmark-all-intel.json"], tmp_path / "report.html")
    assert page.stat().st_size < 1_000_000


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
