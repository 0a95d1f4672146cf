"""Scaling in a real browser: the page of its own, and its part of a report."""

from __future__ import annotations

from pathlib import Path

import pytest
from vitscale.report.render import write_report
from vitscale.report.scaling.page import scaling_page
from vitscale.results.document import write_results
from vitscale.scaling.cluster_spec import IMAGES, NODES

from tests.fixtures.results import whole
from tests.fixtures.scaling import scaling, section, written_scaling
from tests.report.conftest import TABLES, Browser, marks

NODE_TIMINGS = 5  # 1, 2, 4, 8 and 10 nodes were published
BACKGROUND = "return getComputedStyle(document.body).backgroundColor"
LINE_COLOUR = (
    "return getComputedStyle(document.querySelector('#scaling .wide path[stroke=\"#0066b3\"]')).stroke"
)


@pytest.fixture
def opened_scaling(browser: Browser, tmp_path: Path) -> Browser:
    page = tmp_path / "scaling.html"
    page.write_text(scaling_page(section(scaling())))
    browser.emulate()
    browser.open(page)
    return browser


@pytest.fixture
def report(browser: Browser, tmp_path: Path) -> Browser:
    write_results(whole(), tmp_path / "bench.json")
    files = [tmp_path / "bench.json", written_scaling(tmp_path, scaling())]
    browser.emulate()
    browser.open(write_report(files, tmp_path / "report.html"))
    return browser


def test_lines_and_published_points_are_drawn_without_a_complaint(opened_scaling: Browser) -> None:
    found = marks(opened_scaling, "scaling")
    assert len(found) == len(IMAGES) * len(NODES) + NODE_TIMINGS
    published = [mark.tip for mark in found if mark.tip.startswith("Published")]
    assert [tip.rpartition(": ")[2] for tip in published] == [
        "17.9 min",
        "9.16 min",
        "4.81 min",
        "2.69 min",
        "112 s",
    ]
    assert opened_scaling.complaints() == []


def test_nothing_is_fetched(opened_scaling: Browser) -> None:
    assert opened_scaling.run("return performance.getEntriesByType('resource').map(one => one.name)") == []
    sources = "return document.querySelectorAll('[src], link:not([href^=\"data:\"])').length"
    assert opened_scaling.run(sources) == 0


def test_the_table_under_the_chart_says_which_times_are_estimates(opened_scaling: Browser) -> None:
    rows = opened_scaling.run(f"return {TABLES % 'scaling'}")
    assert len(rows) == len(IMAGES) * len(NODES) + NODE_TIMINGS
    assert [row[-2] for row in rows[:-NODE_TIMINGS]] == ["estimate"] * len(IMAGES) * len(NODES)
    assert all(row[-2].startswith("published, Spark NLP") for row in rows[-NODE_TIMINGS:])


@pytest.mark.parametrize(("precision", "is_said"), [("int8", True), ("fp32", False)])
def test_the_note_names_the_precision_and_where_it_is_not_the_published_one(
    precision: str, is_said: bool, browser: Browser, tmp_path: Path
) -> None:
    page = tmp_path / "scaling.html"
    page.write_text(scaling_page(section(scaling(precision))))
    browser.open(page)
    note = browser.run("return document.querySelector('figure.scaling figcaption').innerText")
    assert f"the model in {precision}" in note
    assert "34,745 images, the model in fp32." in note
    assert ("computes less for each image" in note) == is_said
    assert f"vitscale, {precision}, estimated" in browser.run(
        "return document.querySelector('.legend').innerText"
    )


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_width_scrolls_sideways(opened_scaling: Browser, width: int) -> None:
    opened_scaling.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    opened_scaling.emulate(width=width)
    assert opened_scaling.run("return document.documentElement.scrollWidth") <= width


def test_dark_and_light_have_colours_of_their_own(opened_scaling: Browser) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        opened_scaling.emulate(scheme=scheme)
        ours = {"light": "rgb(0, 102, 179)", "dark": "rgb(88, 177, 240)"}[scheme]
        opened_scaling.wait_for(LINE_COLOUR, ours)
        seen[scheme] = opened_scaling.run(BACKGROUND)
    assert seen["light"] != seen["dark"]


def test_measured_control_and_estimate_are_told_apart_in_words(opened_scaling: Browser) -> None:
    text = opened_scaling.run("return document.body.innerText")
    assert "first task to last commit: 0.970 (95\N{NO-BREAK SPACE}% interval 0.960 to 0.979)" in text
    assert "two processes without Spark, the limit of this machine: 0.980 (95" in text
    assert "The job reaches 0.990" in text
    assert "This is a simulation, not a run" in text
    assert "1 executor: the simulation predicts" in text


def test_a_report_shows_scaling_and_what_it_says_of_the_claims(report: Browser) -> None:
    assert report.complaints() == []
    assert report.run("return document.querySelectorAll('figure.scaling .drawing').length") > 0
    rows = report.run(
        "return [...document.querySelectorAll('.claims table.cards tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.innerText))"
    )
    scaled = [row for row in rows if row[0].startswith("Scaling out")]
    assert len(scaled) == 2
    for row in scaled:
        assert "measured, 2 executors: 1.92 \N{EN DASH} 1.96" in " ".join(
            row[3].replace("\N{WORD JOINER}", "").split()
        )
        assert "estimate, 10 nodes:" in row[3]
        assert "not testable here" in row[4]
        assert "No run used 10 nodes" in row[5]


def test_every_part_has_a_name_for_a_screen_reader(report: Browser) -> None:
    unnamed = report.run(
        "return [...document.querySelectorAll('[aria-labelledby]')]"
        ".filter(one => !document.getElementById(one.getAttribute('aria-labelledby'))).length"
        " + [...document.querySelectorAll('[role=img]')].filter(one => !one.ariaLabel).length"
    )
    assert unnamed == 0
