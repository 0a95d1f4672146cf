"""Profiles of `vitscale tune` in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from vitscale.report.render import write_report

from tests.fixtures.profiles import MEASURED, profile
from tests.report.conftest import TABLES, Browser, marks

CHART = "tuning-1"
PHONE = 600


@pytest.fixture(params=[1280, 360], ids=["desktop", "phone"])
def report(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Browser:
    for name, one in {"one.json": profile(), "two.json": profile(cpu="AMD (test)")}.items():
        one.write(tmp_path / name)
    browser.emulate(request.param)
    browser.open(write_report([tmp_path / "one.json", tmp_path / "two.json"], tmp_path / "report.html"))
    return browser


def test_each_candidate_is_a_point_faster_ones_higher_and_lossier_ones_to_the_right(report: Browser) -> None:
    drawing = "narrow" if report.run("return window.innerWidth") < PHONE else "wide"
    found = {mark.tip.partition(",")[0]: mark for mark in marks(report, CHART, drawing)}
    assert len(found) == len(MEASURED)
    points = [
        (loss, speed, found[f"{runtime} {precision}"]) for runtime, precision, loss, speed, _ in MEASURED
    ]
    assert [one for *_, one in sorted(points, key=lambda row: row[1])] == sorted(
        found.values(), key=lambda mark: -mark.y
    )
    assert max(points, key=lambda row: row[0])[2] == max(found.values(), key=lambda mark: mark.x)
    assert report.complaints() == []


def test_the_table_below_holds_the_figures(report: Browser) -> None:
    rows = report.run(f"return {TABLES % 'front'}")
    assert len(rows) == 2 * len(MEASURED)
    assert rows[0][:2] == ["onednn int8", "22.4"]
    assert rows[0][-2:] == ["chosen", "measured.candidates[0]"]


def test_it_fetches_nothing_and_fits_the_screen(report: Browser) -> None:
    assert report.run("return performance.getEntriesByType('resource').map(one => one.name)") == []
    assert report.run("return document.documentElement.scrollWidth <= window.innerWidth")
    assert "bf16 <instructions>" in report.run("return document.body.innerText")
